// Postfix as the memo sets it up (test/oracle), with every message on hold; and the same as an expert tunes it for speed
// (postfix-tuned.cf), since a figure that only beats the defaults would say little.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, type Peer, type Place, SERVER_CORE } from './peer.ts';

const run = promisify(execFile);
const ORACLE = join(import.meta.dirname, '../../oracle/postfix-oracle');

export async function startPostfix({ folder }: Place): Promise<Peer> {
  const ports = await freePorts();
  const others = await freePorts();
  const [taskset = '', ...core] = SERVER_CORE;
  const all = [ports.smtp, others.smtp, ports.smtps, others.smtps % 50_000].map(String);
  await run(taskset, [...core, ORACLE, 'start', folder, ...all]);
  const pid = Number(await readFile(join(folder, 'spool/pid/master.pid'), 'utf8'));
  return { pid, ports, stop: async () => void (await run(ORACLE, ['stop', folder])) };
}

export async function startTunedPostfix(place: Place): Promise<Peer> {
  const peer = await startPostfix(place);
  const tuning = await readFile(join(import.meta.dirname, 'postfix-tuned.cf'), 'utf8');
  const settings = tuning.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  await run('postconf', ['-c', place.folder, '-e', ...settings]);
  await run('postfix', ['-c', place.folder, 'reload']);
  return peer;
}
