// The health port: 200 while connections are taken, 503 once the listener is to end. It asks no store: a listener that cannot
// reach one still answers 451, and a new one could not reach it either.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Health = {
  readonly port: number;
  /** From here on 503. */
  drain(): void;
  close(): Promise<void>;
};

/** Port 0 takes one that is free. Rejects with Node's own error where the address cannot be had. */
export async function openHealthPort(host: string, port: number): Promise<Health> {
  let isDraining = false;
  const server = createServer((_request, response) => {
    response.writeHead(isDraining ? 503 : 200, { connection: 'close' }).end(isDraining ? 'draining\n' : 'ok\n');
  });
  server.listen({ host, port });
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    drain() {
      isDraining = true;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
