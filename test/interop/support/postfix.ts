// Debian's Postfix as an instance of its own in a temporary folder, which goes with the test: the mail server at home, or the
// one that receives mail at the far end. It touches nothing outside its folder, and Debian's own instance stays as it is.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { succeed } from './programs.ts';

export type PostfixOptions = {
  readonly myhostname: string;
  /** Lines of main.cf that come on top of those below. */
  readonly settings?: readonly string[];
  /** ADDRESS:PORT of an smtpd; without it mail comes in through sendmail alone. */
  readonly listen?: string;
  /** What runs its daemons, such as `ip netns exec NAME`. */
  readonly under?: readonly string[];
};

export type Postfix = {
  readonly folder: string;
  /** Adds lines to the main.cf that it started with, and reloads. */
  configure(lines: readonly string[]): Promise<void>;
  /** sasl_passwd with one line: the next hop and `user:password`. */
  password(nextHop: string, login: string): Promise<void>;
  /** Commands for a shell, in which the programs of Postfix mean this instance. */
  shell(commands: string): Promise<void>;
  /** sendmail in its gateway mode, which leaves the message as it is. Line ends are LF. */
  sendmail(from: string, to: string | readonly string[], message: Buffer): Promise<void>;
  flush(): Promise<void>;
  /** How many messages are in its queue. */
  waiting(): Promise<number>;
  log(): Promise<string>;
};

const MAIN = `compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file_prefixes = /
inet_protocols = ipv4
mydestination =
alias_maps =
alias_database =
biff = no
smtputf8_enable = no
`;

const MASTER = `pickup     unix  n - n 1     1 pickup
cleanup    unix  n - n -     0 cleanup
qmgr       unix  n - n 300   1 qmgr
tlsmgr     unix  - - n 1000? 1 tlsmgr
rewrite    unix  - - n -     - trivial-rewrite
bounce     unix  - - n -     0 bounce
defer      unix  - - n -     0 bounce
trace      unix  - - n -     0 bounce
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n -     - proxymap
smtp       unix  - - n -     - smtp
showq      unix  n - n -     - showq
error      unix  - - n -     - error
retry      unix  - - n -     - error
virtual    unix  - n n -     - virtual
anvil      unix  - - n -     1 anvil
scache     unix  - - n -     1 scache
postlog    unix-dgram n - n - 1 postlogd
`;

export async function startPostfix(t: TestContext, options: PostfixOptions): Promise<Postfix> {
  const { myhostname, settings = [], listen, under = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'op25b-postfix-'));
  t.after(async () => {
    // Not by `postfix abort`: its namespace, and so its address, may be gone by now.
    process.kill(Number(await readFile(join(folder, 'spool/pid/master.pid'), 'utf8')), 'SIGTERM');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  await chmod(folder, 0o755); // Postfix's own user must get in.
  await mkdir(join(folder, 'spool'));
  await mkdir(join(folder, 'data'));
  await succeed(['chown', 'postfix', join(folder, 'data')]);
  const places = [
    `queue_directory = ${folder}/spool`,
    `data_directory = ${folder}/data`,
    `maillog_file = ${folder}/maillog`,
    `inet_interfaces = ${listen?.split(':')[0] ?? '127.0.0.1'}`,
    `myhostname = ${myhostname}`,
  ];
  const main = MAIN + linesOf([...places, ...settings]);
  await writeFile(join(folder, 'main.cf'), main);
  await writeFile(join(folder, 'master.cf'), MASTER + (listen === undefined ? '' : `${listen} inet n - n - - smtpd\n`));
  await succeed([...under, 'postfix', '-c', folder, 'start'], { daemons: true });
  return {
    folder,
    async configure(lines) {
      await writeFile(join(folder, 'main.cf'), main + linesOf(lines));
      await succeed(['postfix', '-c', folder, 'reload']);
    },
    async password(nextHop, login) {
      await writeFile(join(folder, 'sasl_passwd'), `${nextHop} ${login}\n`);
      await succeed(['postmap', '-c', folder, `hash:${folder}/sasl_passwd`]);
    },
    async shell(commands) {
      await succeed(['sh', '-ec', commands], { env: { MAIL_CONFIG: folder } });
    },
    async sendmail(from, to, message) {
      await succeed(['sendmail', '-C', folder, '-i', '-G', '-B', '8BITMIME', '-f', from, '--', ...[to].flat()], {
        input: message,
      });
    },
    async flush() {
      await succeed(['postqueue', '-c', folder, '-f']);
    },
    async waiting() {
      const listed = await succeed(['postqueue', '-c', folder, '-j']);
      return listed.split('\n').filter((line) => line !== '').length;
    },
    log: () => readFile(join(folder, 'maillog'), 'utf8'),
  };
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
