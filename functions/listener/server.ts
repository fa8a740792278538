// The listener: a TCP server for each service, and the connections that are open. It owns accepting and the graceful end;
// what is said on a connection is connection.ts's.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type Reply, r421TooManyFromClient, r421TooManySessions } from '#shared/domain/smtp/reply.ts';
import { ClientRates, type RateSettings } from './client-rates.ts';
import { Connection, type ConnectionContext, type ConnectionSettings } from './connection.ts';
import { replyCodes } from './effects.ts';

export type ServiceAddress = {
  /** The service's name in the settings. */
  readonly service: string;
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
};

export type ListenerContext = Omit<ConnectionContext, 'service' | 'settings' | 'rates'> & {
  readonly services: ReadonlyMap<string, ConnectionSettings & RateSettings>;
};

export class Listener {
  readonly #context: ListenerContext;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();

  constructor(context: ListenerContext) {
    this.#context = context;
  }

  /** Opens one service and says its port. Rejects with Node's own error where the address cannot be had. */
  async open({ service, host, port }: ServiceAddress): Promise<number> {
    const settings = this.#context.services.get(service);
    if (settings === undefined) throw new Error(`no service ${service}`);
    const rates = new ClientRates(settings, this.#context.now);
    const context = { ...this.#context, service, settings, rates };
    // A client may close its side as soon as it has said QUIT; its replies still have to reach it.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket, context));
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
    for (const connection of this.#connections) connection.stop();
    const giveUp = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, timeout);
    await closed;
    clearTimeout(giveUp);
  }

  #accept(socket: Socket, context: ConnectionContext): void {
    const address = socket.remoteAddress;
    if (address === undefined) {
      socket.destroy(); // Gone before it was accepted.
      return;
    }
    const { admission, rates, settings } = context;
    const entry = rates.isOver('connection', address) ? 'clientFull' : admission.enter(address);
    if (entry !== 'ok') {
      const { myhostname } = settings;
      const reply = entry === 'full' ? r421TooManySessions(myhostname) : r421TooManyFromClient(myhostname, address);
      // Whoever floods the port does not flood the log.
      context.log.debug({ event: 'refused', client: address, reason: replyCodes(reply) }, 'refused');
      return turnAway(socket, reply);
    }
    const connection = new Connection(socket, context, () => {
      this.#connections.delete(connection);
      admission.leave(address);
    });
    this.#connections.add(connection);
  }
}

/** Under smtps the words cannot be read, but the client sees the end all the same. */
function turnAway(socket: Socket, reply: Reply): void {
  socket.on('error', () => {});
  socket.end(reply.wire, () => socket.destroy());
}
