// `npm run bench`: the relay beside Postfix, both set up as the memo says, both durable, both keeping what they accept on
// hold. Each is pinned to one core and the load generator to the other; they are driven in turn, three rounds, and the
// medians are printed. The figure is CPU milliseconds per accepted message of all of a server's processes. Needs root and
// Debian's postfix, sasl2-bin, libsasl2-modules and postgrey. Options: --rows p10xN,t10x1  --seconds 4  --rounds 3
// `npm run bench -- cold-start` measures the Lambda bundles instead (cold-start.ts), `npm run bench -- idle` what idle sessions
// take of memory (idle.ts).

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { requires } from '../support/requires.ts';
import { measureColdStarts } from './cold-start.ts';
import { measureDecoder } from './decoder.ts';
import { measureIdleSessions } from './idle.ts';
import { startCommand } from './start-command.ts';

const run = promisify(execFile);

type Row = { readonly says: string; readonly service: 'smtp' | 'smtps'; readonly load: readonly string[] };
type Peer = { readonly pid: number; readonly ports: Readonly<Record<Row['service'], number>>; stop(): Promise<void> };

const PLAIN = ['--mode', 'plain', '--from', 'someone@example.org', '--to', 'anyone@example.com'];
const TLS = ['--mode', 'tls', '--auth', 'plain', '--user', 'aaa@mail.example.jp', '--pass', 'secret-a'];
const LOGGED_IN = [...TLS, '--from', 'aaa@example.jp', '--to', 'someone@example.net'];
const ONE = ['--per-conn', '1'];
const MANY = ['--per-conn', '0'];

const ROWS: Readonly<Record<string, Row>> = {
  p10xN: { says: 'plain, 10 sessions, many messages each', service: 'smtp', load: [...PLAIN, ...MANY] },
  p10x1: { says: 'plain, 10 sessions, one message each', service: 'smtp', load: [...PLAIN, ...ONE] },
  t10xN: { says: 'TLS + AUTH, 10 sessions, many messages each', service: 'smtps', load: [...LOGGED_IN, ...MANY] },
  t10x1: { says: 'TLS + AUTH, 10 sessions, one message each', service: 'smtps', load: [...LOGGED_IN, ...ONE] },
};
const WARM_UP = ['--conc', '10', '--warm-secs', '5'];

async function startRelay(folder: string): Promise<Peer> {
  const file = (path: string): string => new URL(path, import.meta.url).pathname;
  const log = await open(`${folder}.log`, 'w');
  const relay = [...(await startCommand()), '--data', folder, '--ports', 'smtp=0,smtps=0'];
  const memo = ['--settings', file('relay.yaml'), '--directory', file('../memo/directory.yaml')];
  const child = spawn('taskset', ['-c', '0', process.execPath, ...relay, ...memo], {
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  const { stdout } = child;
  if (stdout === null) throw new Error('the relay has no output');
  const ports = { smtp: 0, smtps: 0 };
  for await (const line of createInterface({ input: stdout })) {
    const [, service, port] = /^(smtps?) \S+:(\d+)$/.exec(line) ?? [];
    if (service === 'smtp' || service === 'smtps') ports[service] = Number(port);
    if (ports.smtp > 0 && ports.smtps > 0) break;
  }
  if (child.pid === undefined || ports.smtps === 0) throw new Error('the relay did not start');
  return { pid: child.pid, ports, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function startPostfix(folder: string): Promise<Peer> {
  const oracle = new URL('../oracle/postfix-oracle', import.meta.url).pathname;
  const ports = { smtp: 5325, smtps: 5365 };
  await run('taskset', ['-c', '0', oracle, 'start', folder, String(ports.smtp), '5387', String(ports.smtps), '5326']);
  const pid = Number(await readFile(join(folder, 'spool/pid/master.pid'), 'utf8'));
  return { pid, ports, stop: async () => void (await run(oracle, ['stop', folder])) };
}

/** CPU ms per accepted message. */
async function measure(peer: Peer, row: Row, seconds: string): Promise<number> {
  const loadgen = new URL('loadgen.mjs', import.meta.url).pathname;
  const target = ['--port', String(peer.ports[row.service]), '--pid', `server=${peer.pid}`, '--duration', seconds];
  const load = ['-c', '1', process.execPath, loadgen, '--json', ...target, ...WARM_UP, ...row.load];
  const { stdout } = await run('taskset', load);
  return (JSON.parse(stdout) as { cpu_server: { msPerMsg: number } }).cpu_server.msPerMsg;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: Object.keys(ROWS).join(',') },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
    },
  });
  if (positionals[0] === 'cold-start') return measureColdStarts();
  if (positionals[0] === 'decoder') return measureDecoder();
  if (positionals[0] === 'idle') return measureIdleSessions();
  const missing = requires({ root: true, commands: ['taskset', 'postfix', 'saslpasswd2', 'postgrey'] });
  if (missing !== false) throw new Error(`the benchmark ${missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'op25b-bench-'));
  await chmod(folder, 0o755); // Postfix's own user must get in.
  const peers: Peer[] = [];
  try {
    const relay = await startRelay(join(folder, 'relay'));
    peers.push(relay);
    const postfix = await startPostfix(join(folder, 'postfix'));
    peers.push(postfix);
    console.log('CPU ms per accepted message        relay  Postfix  ratio');
    for (const name of values.rows.split(',')) {
      const row = ROWS[name];
      if (row === undefined) throw new Error(`no row ${name}; there are ${Object.keys(ROWS).join(', ')}`);
      const figures: { relay: number[]; postfix: number[] } = { relay: [], postfix: [] };
      for (let round = 0; round < Number(values.rounds); round++) {
        figures.relay.push(await measure(relay, row, values.seconds));
        figures.postfix.push(await measure(postfix, row, values.seconds));
      }
      const [ours, theirs] = [median(figures.relay), median(figures.postfix)];
      const cells = [
        ours.toFixed(3).padStart(7),
        theirs.toFixed(3).padStart(8),
        (ours / theirs).toFixed(2).padStart(6),
      ];
      console.log(`${name.padEnd(33)}${cells.join(' ')}  ${row.says}`);
    }
  } finally {
    for (const peer of peers) await peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
