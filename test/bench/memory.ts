// What one large message costs in memory: `node test/bench/memory.ts`. Three fresh relays, as `npm start` starts them, each
// take 500 small messages and then one of 25 MiB, over TLS with a login, and deliver them all into the outbox. Printed is the
// highest resident set that the kernel has seen (VmHWM) before and after the large one; the median rise is held against
// LIMIT, and what is over it ends in exit status 1.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { startCommand } from './start-command.ts';

const run = promisify(execFile);

const MIB = 1024 ** 2;
const LIMIT = 16 * MIB;
const WARM_UP = 500;
const PROCESSES = 3;

type Relay = { readonly pid: number; readonly login: string; readonly password: string; readonly smtps: string };

/** Octets that the large message added to the highest resident set of a fresh relay. */
async function rise(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'op25b-bench-'));
  const args = [...(await startCommand()), '--data', folder, '--ports', 'smtps=0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  try {
    const relay = await introduced(child.pid ?? 0, child.stdout);
    await send(relay, ['--total', String(WARM_UP)]);
    await delivered(folder, WARM_UP);
    const before = await highWater(relay.pid);
    await send(relay, ['--total', '1', '--conc', '1', '--size', String(25 * MIB)]);
    await delivered(folder, WARM_UP + 1);
    const after = await highWater(relay.pid);
    console.log(`VmHWM ${inMib(before)} before, ${inMib(after)} after: ${inMib(after - before)}`);
    return after - before;
  } finally {
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads what a first start says, up to the port. */
async function introduced(pid: number, stdout: NodeJS.ReadableStream): Promise<Relay> {
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: stdout })) {
    const [, name = '', value = ''] = /^ *(login|password|smtps) +(\S+)$/.exec(line) ?? [];
    said.set(name, value);
    if (name === 'smtps') break;
  }
  const [login, password, address] = ['login', 'password', 'smtps'].map((name) => said.get(name));
  const smtps = address?.split(':')[1];
  if (login === undefined || password === undefined || smtps === undefined) throw new Error('the relay did not start');
  return { pid, login, password, smtps };
}

async function send({ smtps, login, password }: Relay, load: readonly string[]): Promise<void> {
  const loadgen = new URL('loadgen.mjs', import.meta.url).pathname;
  const session = ['--port', smtps, '--mode', 'tls', '--auth', 'plain', '--user', login, '--pass', password];
  await run(process.execPath, [loadgen, ...session, ...load]);
}

async function delivered(folder: string, count: number): Promise<void> {
  const look = async (): Promise<true | undefined> =>
    (await readdir(join(folder, 'outbox/new'))).length === count || undefined;
  await eventually(`${count} messages in the outbox`, look, 60_000);
}

async function highWater(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function inMib(octets: number): string {
  return `${(octets / MIB).toFixed(1)} MiB`;
}

const rises: number[] = [];
for (let each = 0; each < PROCESSES; each++) rises.push(await rise());
const median = rises.toSorted((a, b) => a - b)[Math.floor(PROCESSES / 2)] ?? NaN;
console.log(`a 25 MiB message raises it by ${inMib(median)} (median; at most ${inMib(LIMIT)})`);
if (!(median < LIMIT)) process.exitCode = 1;
