// Clients that are not Node resume their TLS sessions: OpenSSL's own, and Postfix's (posttls-finger speaks TLS by the code of smtp).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { startRelay, temporaryFolder } from '../support/relay-process.ts';
import { requires } from '../support/requires.ts';

/** All that it printed. It is told QUIT. */
async function say(command: string, ...args: string[]): Promise<string> {
  return sayIn({}, command, ...args);
}

async function sayIn(env: Readonly<Record<string, string>>, command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, {
    timeout: 20_000,
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin`, ...env },
  });
  child.stdin.end('QUIT\r\n');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout + stderr;
}

suite('openssl s_client', { skip: requires({ commands: ['openssl'] }) }, () => {
  for (const version of ['tls1_2', 'tls1_3']) {
    test(`resumes a ${version} session, for which no early data is taken`, async (t) => {
      const relay = await startRelay(t, { ports: 'submission=0' });
      const session = join(await temporaryFolder(t), 'session');
      const starttls = ['-starttls', 'smtp', '-connect', `127.0.0.1:${relay.port('submission')}`, `-${version}`];
      const client = (...args: string[]) => say('openssl', 's_client', '-ign_eof', ...starttls, ...args);
      assert.match(await client('-sess_out', session), /^New, TLS/m);
      assert.match(await client('-sess_in', session), /^Reused, TLS/m);
      const ticket = await say('openssl', 'sess_id', '-in', session, '-noout', '-text');
      assert.match(ticket, /TLS session ticket lifetime hint: 3600 \(seconds\)/);
      if (version === 'tls1_3') assert.match(ticket, /Max Early Data: 0$/m);
    });
  }
});

test('Postfix resumes a session', { skip: requires({ commands: ['posttls-finger'] }) }, async (t) => {
  const relay = await startRelay(t, { ports: 'submission=0' });
  const destination = `[127.0.0.1]:${relay.port('submission')}`;
  const reconnect = ['-L', 'summary,cache', '-m', '1', '-r', '1'];
  // A Postfix that was installed without a configuration has no main.cf.
  const MAIL_CONFIG = await temporaryFolder(t);
  await writeFile(join(MAIL_CONFIG, 'main.cf'), '');
  const said = await sayIn({ MAIL_CONFIG }, 'posttls-finger', '-c', '-l', 'encrypt', ...reconnect, destination);
  assert.match(said, /Reusing old session/);
});
