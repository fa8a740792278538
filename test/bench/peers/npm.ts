// Haraka and smtp-server from npm, in the Node that runs the relay. Neither has a queue that syncs, so each keeps a message as a
// file of its own, on the disk before the 250 (npm/haraka/hold.cjs, npm/smtp-server.mjs).

import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filledIn, freePorts, type Peer, type Place, startPeer } from './peer.ts';

export async function startHaraka({ folder, tls, programs }: Place): Promise<Peer> {
  const ports = await freePorts();
  const spool = await spoolOf(folder);
  const haraka = join(programs, 'npm/node_modules/Haraka');
  const config = join(folder, 'config');
  await cp(join(haraka, 'config'), config, { recursive: true });
  const ours = join(import.meta.dirname, 'npm/haraka/config');
  for (const name of await readdir(ours)) {
    await writeFile(join(config, name), filledIn(await readFile(join(ours, name), 'utf8'), ports, tls));
  }
  await mkdir(join(folder, 'plugins'));
  await copyFile(join(import.meta.dirname, 'npm/haraka/hold.cjs'), join(folder, 'plugins/hold.js'));
  const command = [process.execPath, join(haraka, 'bin/haraka'), '-c', folder];
  return startPeer(command, { folder, ports, env: { SPOOL: spool } });
}

export async function startSmtpServer({ folder, tls, programs }: Place): Promise<Peer> {
  const ports = await freePorts();
  const spool = await spoolOf(folder);
  const places = [join(programs, 'npm'), spool, tls];
  const program = [
    join(import.meta.dirname, 'npm/smtp-server.mjs'),
    ...places,
    String(ports.smtp),
    String(ports.smtps),
  ];
  return startPeer([process.execPath, ...program], { folder, ports });
}

async function spoolOf(folder: string): Promise<string> {
  const spool = join(folder, 'spool');
  await mkdir(spool, { recursive: true });
  return spool;
}
