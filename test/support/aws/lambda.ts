// A stand-in for Lambda's Invoke: it calls functions of this process with the event as JSON has left it, and gives back what they
// answer, or their error as Lambda would report it.

import type { ServerResponse } from 'node:http';
import { Faults, type Fault, listenOnLoopback, type Loopback } from './loopback.ts';

export type LambdaFunction = (event: unknown) => unknown;

export type LambdaStandIn = Loopback & {
  /** Calls so far, whatever became of them. */
  readonly calls: number;
  /** The next calls fail so, one each. */
  fail(...faults: Fault[]): void;
};

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** `functions`: by name. */
export async function startLambda(functions: Readonly<Record<string, LambdaFunction>>): Promise<LambdaStandIn> {
  const faults = new Faults();
  let calls = 0;

  const loopback = await listenOnLoopback(async (request, response, body) => {
    calls += 1;
    const fault = faults.take(request.url ?? '');
    if (fault === 'silence') return undefined;
    if (fault === 'hang up') return void request.socket.destroy();
    if (fault !== undefined) return refuse(response, fault.status, fault.type);
    const name = decodeURIComponent(INVOKE.exec(request.url ?? '')?.[1] ?? '');
    const called = functions[name];
    if (called === undefined) return refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${name}`);
    try {
      const answer = await called(JSON.parse(body.toString('utf8')));
      return respond(response, 200, answer ?? null);
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      response.setHeader('X-Amz-Function-Error', 'Unhandled');
      return respond(response, 200, { errorType, errorMessage });
    }
  });

  return {
    ...loopback,
    get calls() {
      return calls;
    },
    fail: (...more) => faults.add(/^/, more),
  };
}

function refuse(response: ServerResponse, status: number, type: string, message = type): void {
  response.setHeader('x-amzn-errortype', type);
  respond(response, status, { message });
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
