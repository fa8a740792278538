// Services and the ports they are opened on, as one line of text: `submission=1587,smtps=1465`. The command line and a
// container's environment say it so.

/** By service. */
export type ServicePorts = ReadonlyMap<string, number>;

export class ServicePortsError extends Error {
  override name = 'ServicePortsError';
}

/** Port 0 is one that is free. Throws ServicePortsError, whose message says what is wrong. */
export function parseServicePorts(text: string): ServicePorts {
  const ports = new Map<string, number>();
  for (const part of text.split(',')) {
    const match = /^([a-z][a-z0-9_-]*)=(\d{1,5})$/.exec(part.trim());
    const port = Number(match?.[2]);
    if (match?.[1] === undefined || port > 65535) {
      throw new ServicePortsError(`"${part}" is no service=port, such as submission=587`);
    }
    if (ports.has(match[1])) throw new ServicePortsError(`${match[1]} stands there twice`);
    ports.set(match[1], port);
  }
  return ports;
}
