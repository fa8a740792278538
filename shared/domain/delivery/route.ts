// Which transport a recipient's mail takes. Today every recipient takes default_transport, as in a Postfix without transport_maps.

export type RouteSettings = {
  /** A transport's name. */
  readonly default_transport: string;
};

export function routeOf(_address: string, settings: RouteSettings): string {
  return settings.default_transport;
}
