// The listener's bundle as a process, as its image would start it: told everything by its environment, ended by signals.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { eventually } from '../eventually.ts';
import { readImage } from '../image.ts';

export type ListenerOptions = {
  /** The bundle's folder. */
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  /** By service; 0 or left out: a free one. */
  readonly ports?: Readonly<Record<string, number>>;
};

export type ListenerProcess = {
  /** By service. */
  readonly ports: Readonly<Record<string, number>>;
  /** What it has written on standard output: log and metrics. */
  readonly lines: readonly string[];
  /** Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and its exit status. */
  stop(): Promise<number | null>;
};

const DOCKERFILE = join(import.meta.dirname, '../../../functions/listener/Dockerfile');

/** Milliseconds; a busy machine may want seconds. */
const START_LIMIT = 30_000;

type Ready = { readonly event: 'ready'; readonly ports: ListenerProcess['ports'] };

/** Resolves when it takes connections. */
export async function startListener(t: TestContext, options: ListenerOptions): Promise<ListenerProcess> {
  const { bundle, env, ports = { submission: 0, smtps: 0 } } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'op25b-scratch-'));
  t.after(() => rm(scratch, { recursive: true, force: true }));
  const { command } = await readImage(DOCKERFILE);
  const flags = command.slice(1, -1); // node FLAGS PROGRAM
  const child = spawn(process.execPath, [...flags, join(bundle, 'index.mjs')], {
    env: {
      PATH: process.env['PATH'],
      SERVICES: Object.entries(ports)
        .map(([service, port]) => `${service}=${port}`)
        .join(','),
      HEALTH_PORT: '0',
      LISTEN: '127.0.0.1',
      SCRATCH: scratch,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines: string[] = [];
  let [rest, trouble] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    const [...whole] = (rest + chunk.toString()).split('\n');
    rest = whole.pop() ?? '';
    lines.push(...whole);
  });

  const ready = await eventually(
    'the listener is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`the listener ended with ${child.exitCode}: ${trouble}`);
      const line = lines.find((each) => each.includes('"event":"ready"'));
      return line === undefined ? undefined : (JSON.parse(line) as Ready);
    },
    START_LIMIT,
  );
  return {
    ports: ready.ports,
    lines,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}
