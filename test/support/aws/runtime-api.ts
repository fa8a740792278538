// Lambda's Runtime API for one process: the HTTP server that AWS's runtime client asks for the next event, and tells what came of
// it. As in Lambda, a process has one event at a time.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What Lambda says of a function that failed: the error's name is the `errorType`. */
export class FunctionError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

export type RuntimeApi = {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** When the process asks for its first event. Rejects with what its start reported instead. */
  readonly initialized: Promise<void>;
  /** `deadline`: ms since the epoch, as the function is told. Rejects with FunctionError. */
  invoke(event: unknown, deadline: number): Promise<unknown>;
  /** The process is gone, or gives no answer: who waits gets this error. */
  fail(error: Error): void;
  close(): Promise<void>;
};

type Invocation = { readonly id: string; readonly event: unknown; readonly deadline: number };
type Reported = { readonly errorType?: string; readonly errorMessage?: string };

const PREFIX = '/2018-06-01/runtime';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const initialized = Promise.withResolvers<void>();
  /** The process's request for the next event, while there is none. */
  let asking: ServerResponse | undefined;
  let waiting: Invocation | undefined;
  let answer: PromiseWithResolvers<unknown> | undefined;

  function give(): void {
    if (asking === undefined || waiting === undefined) return;
    const { id, event, deadline } = waiting;
    asking.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:ap-northeast-1:000000000000:function:local',
      'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    });
    asking.end(JSON.stringify(event));
    asking = undefined;
    waiting = undefined;
  }

  function fail(error: Error): void {
    initialized.reject(error);
    answer?.reject(error);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace(PREFIX, '') ?? '';
    if (path === '/invocation/next') {
      initialized.resolve();
      asking = response;
      give();
      return;
    }
    const body = await json(request);
    response.writeHead(202).end('{}');
    if (path.endsWith('/response')) answer?.resolve(body);
    else fail(reported(body as Reported));
  }

  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  initialized.promise.catch(() => {}); // Who started the process hears of it.

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initialized: initialized.promise,
    invoke(event, deadline) {
      answer = Promise.withResolvers<unknown>();
      waiting = { id: randomUUID(), event, deadline };
      give();
      return answer.promise;
    },
    fail,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function reported({ errorType = 'Error', errorMessage = '' }: Reported): FunctionError {
  return new FunctionError(errorType, errorMessage);
}
