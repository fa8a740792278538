// `npm run bench -- listener`: the relay beside Postfix (as the memo sets it up, and tuned), OpenSMTPD, exim, Haraka and npm's
// smtp-server. Every server is pinned to one core and the load generator to the other; for each row they are started anew and
// driven in turn, and medians are printed as the table of docs/benchmarks.md. The figure is CPU milliseconds per accepted message of
// all of a server's processes; all but OpenSMTPD have the message on the disk before the 250, and all keep it. A server that does
// not start, or that fails one message, fails the run; a goal that is not met ends in exit status 1. Needs root, and the packages
// that .ci/run names.
// Options: --rows p10xN,t10x1  --seconds 5  --rounds 3  --peers relay,postfix

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { requires } from '../support/requires.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';
import { startExim, startOpenSmtpd } from './peers/debian.ts';
import { startHaraka, startSmtpServer } from './peers/npm.ts';
import { LOAD_CORE, type Peer, type Place, type Service } from './peers/peer.ts';
import { startPostfix, startTunedPostfix } from './peers/postfix.ts';
import { preparePeers } from './peers/prepare.ts';
import { startRelay } from './peers/relay.ts';

const run = promisify(execFile);

type Row = {
  readonly says: string;
  readonly service: Service;
  readonly load: readonly string[];
  /** At most this much of Postfix's figure. */
  readonly goal: number;
};

const PLAIN = ['--mode', 'plain', '--from', 'someone@example.org', '--to', 'anyone@example.com'];
const TLS = ['--mode', 'tls', '--auth', 'plain', '--user', 'aaa@mail.example.jp', '--pass', 'secret-a'];
const LOGGED_IN = [...TLS, '--from', 'aaa@example.jp', '--to', 'someone@example.net'];
const ONE = ['--per-conn', '1'];
const MANY = ['--per-conn', '0'];

const ROWS: Readonly<Record<string, Row>> = {
  p10x1: { says: 'plain, one message a connection', service: 'smtp', load: [...PLAIN, ...ONE], goal: 0.25 },
  p10xN: { says: 'plain, many messages a connection', service: 'smtp', load: [...PLAIN, ...MANY], goal: 0.2 },
  t10xN: {
    says: 'TLS + AUTH, many messages a connection',
    service: 'smtps',
    load: [...LOGGED_IN, ...MANY],
    goal: 0.25,
  },
  t10x1: { says: 'TLS + AUTH, one message a connection', service: 'smtps', load: [...LOGGED_IN, ...ONE], goal: 0.4 },
};
const WARM_UP = ['--conc', '10', '--warm-secs', '5'];

type Column = { readonly says: string; readonly start: (place: Place) => Promise<Peer>; readonly tls?: false };

const COLUMNS: Readonly<Record<string, Column>> = {
  relay: { says: 'relay', start: startRelay },
  postfix: { says: 'Postfix', start: startPostfix },
  tuned: { says: 'Postfix, tuned', start: startTunedPostfix },
  // Debian's 6.8 cannot shake hands with the OpenSSL 3 that it is linked with.
  opensmtpd: { says: 'OpenSMTPD (no fsync)', start: startOpenSmtpd, tls: false },
  exim: { says: 'exim', start: startExim },
  haraka: { says: 'Haraka', start: startHaraka },
  'smtp-server': { says: 'smtp-server', start: startSmtpServer },
};

export async function measureListener(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: Object.keys(ROWS).join(',') },
      peers: { type: 'string', default: Object.keys(COLUMNS).join(',') },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const rows = chosen(ROWS, values.rows);
  const columns = chosen(COLUMNS, values.peers);
  const commands = ['taskset', 'unshare', 'postfix', 'saslpasswd2', 'postgrey', 'apt-get', 'npm'];
  const missing = requires({ root: true, commands });
  if (missing !== false) throw new Error(`the benchmark ${missing}`);
  const programs = await preparePeers();
  const says = columns.map(([, column]) => column.says);
  console.log(tableRow(['CPU ms per accepted message', ...says, 'relay / Postfix', 'goal']));
  console.log(tableRow(Array.from({ length: says.length + 3 }, () => '---')));
  for (const [name, row] of rows) {
    report(name, row, await measureRow(row, columns, programs, values));
  }
}

/** On servers of its own, so that no figure hangs on the rows before. Medians, by column. */
async function measureRow(
  row: Row,
  columns: readonly (readonly [string, Column])[],
  programs: Place['programs'],
  { rounds, seconds }: { readonly rounds: string; readonly seconds: string },
): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'op25b-bench-'));
  await chmod(folder, 0o755); // The servers' own users must get in.
  const peers = new Map<string, Peer>();
  try {
    const tls = await certificateIn(join(folder, 'tls'));
    for (const [name, column] of columns) {
      if (row.service === 'smtps' && column.tls === false) continue;
      const peer = await column.start({ folder: join(folder, name), tls, programs });
      peers.set(name, peer);
      console.error(`${name} listens on ${peer.ports.smtp} and ${peer.ports.smtps}`);
    }
    const figures = new Map(columns.map(([name]) => [name, [] as number[]]));
    for (let round = 0; round < Number(rounds); round++) {
      for (const [name, peer] of peers) figures.get(name)?.push(await measure(peer, row, seconds));
    }
    return new Map(Array.from(figures, ([name, all]) => [name, median(all)]));
  } finally {
    for (const peer of peers.values()) await peer.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function chosen<T>(all: Readonly<Record<string, T>>, names: string): (readonly [string, T])[] {
  return names.split(',').map((name) => {
    const found = all[name];
    if (found === undefined) throw new Error(`no ${name}; there are ${Object.keys(all).join(', ')}`);
    return [name, found] as const;
  });
}

async function certificateIn(folder: string): Promise<string> {
  const { key, cert } = await throwawayCertificate('mail.example.jp');
  await mkdir(folder);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  await writeFile(join(folder, 'certificate.pem'), cert);
  return folder;
}

/** CPU ms per accepted message. Rejects if one was not accepted. */
async function measure(peer: Peer, row: Row, seconds: string): Promise<number> {
  const loadgen = join(import.meta.dirname, 'loadgen.mjs');
  const target = ['--port', String(peer.ports[row.service]), '--pid', `server=${peer.pid}`, '--duration', seconds];
  const [taskset = '', ...core] = LOAD_CORE;
  const load = [...core, process.execPath, loadgen, '--json', ...target, ...WARM_UP, ...row.load];
  const { stdout } = await run(taskset, load).catch((cause: unknown) => {
    throw new Error(`not every message was accepted by what listens on port ${peer.ports[row.service]}`, { cause });
  });
  return (JSON.parse(stdout) as { cpu_server: { msPerMsg: number } }).cpu_server.msPerMsg;
}

/** NaN where nothing was measured. */
function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

function report(name: string, { says, goal }: Row, figures: ReadonlyMap<string, number>): void {
  const ours = figures.get('relay') ?? NaN;
  const ratio = ours / (figures.get('postfix') ?? NaN);
  const cells = [...figures.values()].map((figure) => (Number.isNaN(figure) ? '–' : figure.toFixed(3)));
  console.log(tableRow([`${name}: ${says}`, ...cells, ratio.toFixed(2), `≤ ${goal.toFixed(2)}`]));
  const lowest = Math.min(...[...figures.values()].filter((figure) => !Number.isNaN(figure)));
  if (ratio > goal || ours > lowest) process.exitCode = 1;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
