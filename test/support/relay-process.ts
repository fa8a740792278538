// The relay and relayctl as the processes that people start, for tests that look at them from outside. Each relay has a
// data folder of its own, which goes with the test, and is ended with the test if it still runs.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { Account } from './smtp-client.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PORTS = 'smtp=0,submission=0,smtps=0';

export type RelayOptions = {
  /** One that is there already, for another start. */
  readonly dataDirectory?: string;
  /** relay.yaml's text. */
  readonly settings?: string;
  readonly ports?: string;
  /** More of the command line. */
  readonly args?: readonly string[];
  /** A program, such as strace, that runs the relay's command line. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type Ended = { readonly status: number | null; readonly signal: NodeJS.Signals | null };

export type RelayProcess = {
  readonly dataDirectory: string;
  readonly pid: number;
  /** What it printed up to then, the ports included. */
  readonly introduction: string;
  /** The account that a first start made. */
  readonly account: Account;
  port(service: string): number;
  /** Everything on standard error so far. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** SIGTERM, and its end. */
  stop(): Promise<Ended>;
};

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'op25b-relay-test-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Resolves when the relay has said `ready` and its ports; rejects with its standard error if it ends before. */
export async function startRelay(t: TestContext, options: RelayOptions = {}): Promise<RelayProcess> {
  const { ports = PORTS, under = [], env = {} } = options;
  const dataDirectory = options.dataDirectory ?? join(await temporaryFolder(t), 'data');
  const settings = options.settings === undefined ? [] : ['--settings', await settingsFile(t, options.settings)];
  const command = [...under, process.execPath, 'infra/local/main.ts'];
  const args = [...command.slice(1), '--data', dataDirectory, '--ports', ports, ...settings, ...(options.args ?? [])];
  const child = spawn(command[0] ?? '', args, { cwd: PROJECT, env: { ...process.env, ...env } });
  const ended = endOf(child);
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const services = ports.split(',').filter((port) => !port.startsWith('console'));
  const introduction = await introductionOf(child, services.length).catch(() => {
    throw new Error(`the relay did not start: ${log}`);
  });
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  return {
    dataDirectory,
    pid: child.pid ?? 0,
    introduction,
    get account() {
      const login = firstGroup(introduction, /^ +login +(\S+)$/m);
      return { login, password: firstGroup(introduction, /^ +password +(\S+)$/m) };
    },
    port: (service) => Number(firstGroup(introduction, new RegExp(`^${service} 127\\.0\\.0\\.1:(\\d+)$`, 'm'))),
    log: () => log,
    kill,
    ended,
    stop() {
      kill('SIGTERM');
      return ended;
    },
  };
}

async function settingsFile(t: TestContext, text: string): Promise<string> {
  const file = join(await temporaryFolder(t), 'relay.yaml');
  await writeFile(file, text);
  return file;
}

/** Rejects if the process ends before it has said so many ports. */
function introductionOf(child: ChildProcess, ports: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const [, after = ''] = text.split(/^ready\n/m);
    if (after.split('\n').length > ports) resolve(text);
  });
  child.once('close', () => reject(new Error('it has ended')));
  return promise;
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const [status, signal] = (await once(child, 'close')) as [Ended['status'], Ended['signal']];
  return { status, signal };
}

function firstGroup(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in: ${text}`);
  return found;
}

export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A program of the project from its start to its end, which it must reach by itself. */
export async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: PROJECT,
    env,
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr, { status }] = await Promise.all([textOf(child.stdout), textOf(child.stderr), endOf(child)]);
  return { status, stdout, stderr };
}

export async function runRelay(...args: string[]): Promise<Ran> {
  return run('infra/local/main.ts', args);
}

/** relayctl beside the relay; what it printed. Rejects if it could not do what it was told to. */
export async function relayctl({ dataDirectory }: Pick<RelayProcess, 'dataDirectory'>, ...args: string[]) {
  const { status, stdout, stderr } = await run('functions/relayctl/main.ts', ['--data', dataDirectory, ...args]);
  if (status !== 0) throw new Error(`relayctl ${args.join(' ')}: status ${status}: ${stderr}`);
  return stdout;
}

/** Whether a process of this number is there. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
