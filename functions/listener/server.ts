// The listener: a TCP server for each service, and the connections that are open. It owns accepting and the graceful end;
// what is said on a connection is connection.ts's.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { isInside } from '#shared/config/networks.ts';
import { type Reply, r421TooManyFromClient, r421TooManySessions } from '#shared/domain/smtp/reply.ts';
import { ClientRates, type RateSettings } from './client-rates.ts';
import { Connection } from './connection.ts';
import type { ConnectionContext, ConnectionSettings } from './connection-context.ts';
import { replyCodes } from './effects.ts';
import { readIntroduction } from './upstream-proxy.ts';

export type ServiceAddress = {
  /** The service's name in the settings. */
  readonly service: string;
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
};

export type ProxySettings = {
  readonly smtpd_upstream_proxy_protocol: string;
  readonly smtpd_upstream_proxy_hosts: readonly string[];
  /** Milliseconds. */
  readonly smtpd_upstream_proxy_timeout: number;
};

export type AuthorizedHosts = {
  readonly smtpd_authorized_xclient_hosts: readonly string[];
  readonly smtpd_authorized_xforward_hosts: readonly string[];
};

export type ListenerContext = Omit<ConnectionContext, 'service' | 'settings' | 'rates' | 'authorized'> & {
  readonly services: ReadonlyMap<string, ConnectionSettings & RateSettings & ProxySettings & AuthorizedHosts>;
};

export class Listener {
  readonly #context: ListenerContext;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  /** Proxies that have not yet said whom they speak for. */
  readonly #unintroduced = new Set<Socket>();

  constructor(context: ListenerContext) {
    this.#context = context;
  }

  /** Opens one service and says its port. Rejects with Node's own error where the address cannot be had. */
  async open({ service, host, port }: ServiceAddress): Promise<number> {
    const settings = this.#context.services.get(service);
    if (settings === undefined) throw new Error(`no service ${service}`);
    const rates = new ClientRates(settings, this.#context.now);
    const authorized = {
      xclient: isInside(settings.smtpd_authorized_xclient_hosts),
      xforward: isInside(settings.smtpd_authorized_xforward_hosts),
    };
    const context = { ...this.#context, service, settings, rates, authorized };
    // A client may close its side as soon as it has said QUIT; its replies still have to reach it.
    const isProxy = proxiesOf(settings);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const address = socket.remoteAddress;
      if (address === undefined)
        socket.destroy(); // Gone before it was accepted.
      else if (isProxy(address)) void this.#introduce(socket, settings.smtpd_upstream_proxy_timeout, context);
      else this.#accept(socket, address, context);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (err) => context.log.error({ event: 'listener', service, err }, 'accepting failed'));
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** Sessions under way. */
  get sessions(): number {
    return this.#connections.size;
  }

  /** Accepts nothing more, lets each session finish its message, and after `timeout` ms ends what is left. */
  async close(timeout: number): Promise<void> {
    const closed = Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
    for (const socket of this.#unintroduced) socket.destroy();
    for (const connection of this.#connections) connection.stop();
    const giveUp = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, timeout);
    await closed;
    clearTimeout(giveUp);
  }

  async #introduce(socket: Socket, timeout: number, context: ConnectionContext): Promise<void> {
    const proxy = socket.remoteAddress;
    this.#unintroduced.add(socket);
    const introduction = await readIntroduction(socket, timeout);
    this.#unintroduced.delete(socket);
    if (typeof introduction === 'object') return this.#accept(socket, introduction.address, context);
    if (introduction === 'gone') return;
    const event = { event: 'proxyHeader', service: context.service, proxy, reason: introduction };
    context.log.warn(event, 'a proxy did not say whom it speaks for');
  }

  #accept(socket: Socket, address: string, context: ConnectionContext): void {
    const { admission, rates, settings } = context;
    const entry = rates.isOver('connection', address) ? 'clientFull' : admission.enter(address);
    if (entry !== 'ok') {
      const { myhostname } = settings;
      const reply = entry === 'full' ? r421TooManySessions(myhostname) : r421TooManyFromClient(myhostname, address);
      // Whoever floods the port does not flood the log.
      context.log.debug({ event: 'refused', client: address, reason: replyCodes(reply) }, 'refused');
      return turnAway(socket, reply);
    }
    const connection = new Connection(socket, address, context, () => {
      this.#connections.delete(connection);
      admission.leave(address);
    });
    this.#connections.add(connection);
  }
}

/** Who must say whom it speaks for; anybody else speaks for itself. */
function proxiesOf(settings: ProxySettings): (address: string) => boolean {
  if (settings.smtpd_upstream_proxy_protocol === '') return () => false;
  return isInside(settings.smtpd_upstream_proxy_hosts);
}

/** Under smtps the words cannot be read, but the client sees the end all the same. */
function turnAway(socket: Socket, reply: Reply): void {
  socket.on('error', () => {});
  socket.end(reply.wire, () => socket.destroy());
}
