// What an idle TLS connection costs in memory: `npm run bench -- idle`. A fresh relay, as `npm start` starts it, holds 1,000 sessions
// that have said EHLO under TLS and then nothing. Printed is what each added to the resident set, garbage collected before and
// after; the median of three relays is held against LIMIT, and what is over it ends in exit status 1.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { startCommand } from './start-command.ts';

const KIB = 1024;
const LIMIT = 45 * KIB;
const SESSIONS = 1000;
/** Sessions before the first look, so that the code is there; few, since what they took is taken again. */
const WARM_UP = 20;
const PROCESSES = 3;
const SERVICES = ['submission', 'smtps'] as const;

type Service = (typeof SERVICES)[number];
type Relay = { readonly pid: number; readonly ports: ReadonlyMap<string, number> };

const SETTINGS = `smtpd_client_connection_count_limit: ${SESSIONS + WARM_UP}\nsmtpd_connection_limit: ${SESSIONS + WARM_UP}\n`;
/** The collector, to be called from outside. */
const COLLECTS = ['--expose-gc', `--import=data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())`];

/** Octets that an idle session of this service adds. */
async function costOfOne(service: Service): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'op25b-bench-'));
  const settings = join(folder, 'relay.yaml');
  await writeFile(settings, SETTINGS);
  const options = ['--data', join(folder, 'data'), '--settings', settings, '--ports', `${service}=0`];
  const args = [...COLLECTS, ...(await startCommand()), ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit');
  try {
    const relay = { pid: child.pid ?? 0, ports: await portsOf(child.stdout, service) };
    await close(await open(relay, service, WARM_UP));
    const before = await resident(relay);
    const sessions = await open(relay, service, SESSIONS);
    const after = await resident(relay);
    await close(sessions);
    return (after - before) / SESSIONS;
  } finally {
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true, force: true });
  }
}

async function portsOf(stdout: NodeJS.ReadableStream, last: string): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: stdout })) {
    const [, name = '', port] = /^(\w+) \S+:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) ports.set(name, Number(port));
    if (name === last) return ports;
  }
  throw new Error('the relay did not start');
}

/** Twenty at a time. */
async function open({ ports }: Relay, service: Service, count: number): Promise<TLSSocket[]> {
  const sessions: TLSSocket[] = [];
  while (sessions.length < count) {
    const burst = Array.from({ length: 20 }, () => openOne(ports.get(service) ?? 0, service));
    sessions.push(...(await Promise.all(burst)));
  }
  return sessions;
}

async function openOne(port: number, service: Service): Promise<TLSSocket> {
  const host = '127.0.0.1';
  const clear = connectTcp({ host, port });
  if (service === 'submission') {
    await replyOf(clear);
    await said(clear, 'EHLO client.example.jp');
    await said(clear, 'STARTTLS');
  }
  const session = connect({ socket: clear, rejectUnauthorized: false });
  await once(session, 'secureConnect');
  if (service === 'smtps') await replyOf(session);
  await said(session, 'EHLO client.example.jp');
  return session;
}

async function said(socket: NodeJS.WritableStream, line: string): Promise<void> {
  socket.write(`${line}\r\n`);
  await replyOf(socket);
}

/** The relay writes a reply at once, so that it comes in one piece. */
async function replyOf(socket: NodeJS.EventEmitter): Promise<void> {
  const [reply] = (await once(socket, 'data')) as [Buffer];
  if (!/^2\d\d[ -]/.test(reply.toString())) throw new Error(`the relay said ${reply.toString()}`);
}

async function close(sessions: readonly TLSSocket[]): Promise<void> {
  await Promise.all(
    sessions.map(async (session) => {
      session.end();
      await once(session, 'close');
    }),
  );
}

/** Octets, when the garbage is gone. */
async function resident({ pid }: Relay): Promise<number> {
  for (let time = 0; time < 3; time++) {
    process.kill(pid, 'SIGUSR2');
    await sleep(500);
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
}

export async function measureIdleSessions(): Promise<void> {
  for (const service of SERVICES) {
    const costs: number[] = [];
    for (let each = 0; each < PROCESSES; each++) costs.push(await costOfOne(service));
    const median = costs.toSorted((a, b) => a - b)[Math.floor(PROCESSES / 2)] ?? NaN;
    const inKib = (octets: number): string => `${(octets / KIB).toFixed(1)} KiB`;
    console.log(
      `${service}: ${inKib(median)} an idle session (${costs.map(inKib).join(', ')}; at most ${inKib(LIMIT)})`,
    );
    if (!(median <= LIMIT)) process.exitCode = 1;
  }
}
