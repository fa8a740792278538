// Other people's programs, run from a test as from an administrator's shell: to their end, with what they printed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';

export type Finished = {
  readonly status: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
};

export type RunOptions = {
  /** Standard input. */
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** It leaves daemons behind, which would hold its output open: what it prints is not read. */
  readonly daemons?: boolean;
};

/** Administrators' programs lie outside the usual PATH. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const LIMIT_MS = 30_000;

export async function finish(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = '', ...args] = command;
  const output = options.daemons === true ? 'ignore' : 'pipe';
  const child = spawn(program, args, {
    env: { ...process.env, PATH, ...options.env },
    stdio: ['pipe', output, output],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const closed = once(child, 'close');
  // A program that refuses early does not read what it is given.
  child.stdin?.on('error', () => {}).end(options.input);
  const [stdout, stderr] = await Promise.all([printed(child.stdout), printed(child.stderr)]);
  const [status] = (await closed) as [number | null];
  return { status, output: stdout + stderr };
}

async function printed(stream: Readable | null): Promise<string> {
  return stream === null ? '' : textOf(stream);
}

/** Rejects unless the exit status is 0; what it printed. */
export async function succeed(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, output } = await finish(command, options);
  if (status !== 0) throw new Error(`${command.join(' ')}: status ${status}: ${output}`);
  return output;
}
