// A Lambda program's bundle as a plain process, where AWS's runtime client is not built: it imports the handler and calls it with one
// event at a time. What Lambda's own client does with errors, time-outs and crashes is lambda-runtime.ts's.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Answer } from './handler-child.ts';

export type HandlerOptions = {
  /** The bundle's folder, whose `index.mjs` exports `handler`. */
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds: what the handler is told that it has. */
  readonly timeout: number;
};

export type Handler = {
  /** Rejects with what the handler threw. */
  invoke(event: unknown): Promise<unknown>;
};

const CHILD = join(import.meta.dirname, 'handler-child.ts');

/** Ends behind the test. */
export async function startHandler(t: TestContext, { bundle, env, timeout }: HandlerOptions): Promise<Handler> {
  const child = fork(CHILD, [join(bundle, 'index.mjs')], {
    env: { PATH: process.env['PATH'], ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let trouble = '';
  child.stderr?.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
  const gone = ended.then(() => {
    throw new Error(`the process has ended: ${trouble}`);
  });
  gone.catch(() => {}); // Who waits hears of it.

  async function said(): Promise<Answer> {
    const [answer] = (await Promise.race([once(child, 'message'), gone])) as [Answer];
    return answer;
  }

  await said();
  let turn: Promise<unknown> = Promise.resolve();
  return {
    invoke(event) {
      const call = async () => {
        child.send({ event, deadline: Date.now() + timeout * 1000 });
        const answer = await said();
        if ('error' in answer) throw new Error(answer.error);
        return answer.result;
      };
      const answer = turn.then(call);
      turn = answer.catch(() => {});
      return answer;
    },
  };
}
