// exim and OpenSMTPD out of Debian's packages, each in a root of its own (own-root), since Debian installs one mail server alone.
// Both keep what they accept in their queue.

import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filledIn, freePorts, type Peer, type Place, type Ports, startPeer } from './peer.ts';

const run = promisify(execFile);
const OWN_ROOT = join(import.meta.dirname, 'own-root');

type User = { readonly name: string; readonly id: number };
const EXIM: User = { name: 'Debian-exim', id: 990 };
const SMTPD: User = { name: 'opensmtpd', id: 991 };
const SMTPQ: User = { name: 'opensmtpq', id: 992 };

export async function startExim(place: Place): Promise<Peer> {
  const ports = await freePorts();
  await prepareRoot(place, ports, { settings: 'exim.conf', users: [EXIM] });
  for (const path of ['var/spool/exim4', 'var/log/exim4']) await mkdir(join(place.folder, path), { recursive: true });
  const owned = ['var/spool/exim4', 'var/log/exim4', 'etc/tls'].map((path) => join(place.folder, path));
  await run('chown', ['-R', `${EXIM.id}:${EXIM.id}`, ...owned]);
  return startInRoot(place, ports, ['usr/sbin/exim4', '-C', '/etc/exim.conf', '-bdf']);
}

export async function startOpenSmtpd(place: Place): Promise<Peer> {
  const ports = await freePorts();
  await prepareRoot(place, ports, { settings: 'opensmtpd.conf', users: [SMTPD, SMTPQ] });
  await mkdir(join(place.folder, 'var/lib/opensmtpd/empty'), { recursive: true });
  await mkdir(join(place.folder, 'var/spool/smtpd'), { recursive: true });
  await chmod(join(place.folder, 'var/spool/smtpd'), 0o711);
  return startInRoot(place, ports, ['usr/sbin/smtpd', '-d', '-P', 'mta', '-f', '/etc/opensmtpd.conf']);
}

async function prepareRoot(
  { folder, tls }: Place,
  ports: Ports,
  { settings, users }: { settings: string; users: readonly User[] },
): Promise<void> {
  const etc = join(folder, 'etc');
  await mkdir(join(etc, 'tls'), { recursive: true });
  for (const name of ['certificate.pem', 'key.pem']) await copyFile(join(tls, name), join(etc, 'tls', name));
  const text = await readFile(join(import.meta.dirname, settings), 'utf8');
  const known = [{ name: 'root', id: 0 }, ...users];
  const files = {
    [settings]: filledIn(text, ports, '/etc/tls'),
    passwd: known.map(({ name, id }) => `${name}:x:${id}:${id}::/var/lib/opensmtpd/empty:/usr/sbin/nologin\n`).join(''),
    group: known.map(({ name, id }) => `${name}:x:${id}:\n`).join(''),
    hosts: '127.0.0.1 localhost\n',
    mailname: 'mail.example.jp\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(etc, name), content);
}

function startInRoot({ folder, programs }: Place, ports: Ports, [program, ...args]: readonly string[]): Promise<Peer> {
  const command = [OWN_ROOT, folder, join(programs, 'debian'), `/packages/${program}`, ...args];
  return startPeer(command, { folder, ports });
}
