// What the stand-ins for AWS have in common: a plain HTTP server on the loopback interface that any process can reach, and faults
// on demand.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from '#shared/aws/client-options.ts';

/** For the SDK: where a stand-in is, and an identity that it does not check. */
export type StandInCaller = Required<Caller>;

/** How one request fails: an error of AWS, a connection that breaks, or no answer at all. */
export type Fault = { readonly status: number; readonly type: string } | 'hang up' | 'silence';

export type Loopback = { readonly caller: StandInCaller; close(): Promise<void> };

/** Faults that wait for the requests that they are meant for. */
export class Faults<Kind = Fault> {
  readonly #waiting: { readonly what: RegExp; readonly fault: Kind }[] = [];

  /** The next requests that match fail so, one each. */
  add(what: RegExp, faults: readonly Kind[]): void {
    this.#waiting.push(...faults.map((fault) => ({ what, fault })));
  }

  take(request: string): Kind | undefined {
    const at = this.#waiting.findIndex(({ what }) => what.test(request));
    return at === -1 ? undefined : this.#waiting.splice(at, 1)[0]?.fault;
  }
}

export function callerAt(port: number): StandInCaller {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'ap-northeast-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** `answer` gets each request when its body is there. */
export async function listenOnLoopback(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void | Promise<void>,
): Promise<Loopback> {
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await answer(request, response, Buffer.concat(chunks));
  }
  const server = createServer((request, response) => void receive(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    caller: callerAt((server.address() as AddressInfo).port),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
