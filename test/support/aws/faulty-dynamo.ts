// A line to a DynamoDB stand-in that fails on demand: it hears every call, and may lose the call or its answer.

import { once } from 'node:events';
import { createServer, request as callHttp, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamoStandIn } from './dynamo.ts';
import { callerOf } from './dynamo.ts';

/** `lose`: the call is never made. `lose the answer`: it is made, and the caller does not hear of it. */
export type Fate = 'pass' | 'lose' | 'lose the answer';

export type FaultyDynamo = DynamoStandIn & {
  /** Operations so far. */
  readonly calls: readonly string[];
  /** What becomes of a call, by its operation and its JSON. At first all pass. */
  fate: (operation: string, call: string) => Fate;
  /** Waited for before the nth call (from 1) is forwarded. */
  beforeCall: (nth: number) => Promise<void>;
  /** Waited for before the answer is given. */
  beforeAnswer: (operation: string) => Promise<void>;
};

export async function startFaultyDynamo({ caller: { endpoint } }: DynamoStandIn): Promise<FaultyDynamo> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const call = await contentOf(request);
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
      calls.push(operation);
      const fate = faulty.fate(operation, call.toString());
      await faulty.beforeCall(calls.length);
      if (fate === 'lose') return request.socket.destroy();
      const forwarded = callHttp(endpoint, { method: 'POST', headers: request.headers });
      forwarded.end(call);
      const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
      const content = await contentOf(answer);
      await faulty.beforeAnswer(operation);
      if (fate === 'lose the answer') return request.socket.destroy();
      response.writeHead(answer.statusCode ?? 500, answer.headers).end(content);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const faulty: FaultyDynamo = {
    caller: callerOf((server.address() as AddressInfo).port),
    calls,
    fate: () => 'pass',
    beforeCall: () => Promise.resolve(),
    beforeAnswer: () => Promise.resolve(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return faulty;
}

async function contentOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
