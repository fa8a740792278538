// The clients that people use, as Debian ships them, against a relay as `npm start` makes it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { outboxMessages } from '../local/support/outbox-files.ts';
import { startRelay, temporaryFolder } from '../local/support/relay-process.ts';
import { eventually } from '../support/eventually.ts';
import { requires } from '../support/requires.ts';

const run = promisify(execFile);

test(
  'the swaks line of a first start, pasted into a shell, gets its message queued',
  { skip: requires({ commands: ['swaks'] }) },
  async (t) => {
    const relay = await startRelay(t);
    const line = /^ +(swaks .*)$/m.exec(relay.introduction)?.[1] ?? '';
    const { stdout } = await run('sh', ['-c', line]);
    assert.match(stdout, /250 2\.0\.0 Ok: queued as \w+/);
  },
);

test(
  'swaks logs in with each mechanism, over STARTTLS and over TLS',
  { skip: requires({ commands: ['swaks'] }) },
  async (t) => {
    const relay = await startRelay(t);
    const { login, password } = relay.account;
    for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5']) {
      for (const [service, tls] of [
        ['submission', '--tls'],
        ['smtps', '--tls-on-connect'],
      ] as const) {
        const to = [
          '--server',
          `127.0.0.1:${relay.port(service)}`,
          tls,
          '--from',
          'a@example.jp',
          '--to',
          'b@example.net',
        ];
        const { stdout } = await run('swaks', [
          ...to,
          '--auth',
          mechanism,
          '--auth-user',
          login,
          '--auth-password',
          password,
        ]);
        assert.match(stdout, /250 2\.0\.0 Ok: queued as/, `${mechanism} ${service}`);
      }
    }
    const wrong = ['--server', `127.0.0.1:${relay.port('submission')}`, '--tls', '--to', 'b@example.net'];
    const refused = await run('swaks', [
      ...wrong,
      '--auth',
      'PLAIN',
      '--auth-user',
      login,
      '--auth-password',
      'wrong',
    ]).catch((error: { stdout: string }) => error);
    assert.match(refused.stdout, /535 5\.7\.8 Error: authentication failed/);
  },
);

test('msmtp logs in with each mechanism', { skip: requires({ commands: ['msmtp'] }) }, async (t) => {
  const relay = await startRelay(t);
  const { login, password } = relay.account;
  const folder = await temporaryFolder(t);
  for (const mechanism of ['plain', 'login', 'cram-md5']) {
    const file = join(folder, mechanism);
    const server = `host 127.0.0.1\nport ${relay.port('submission')}\ntls on\ntls_starttls on\ntls_certcheck off\n`;
    const account = `auth ${mechanism}\nuser ${login}\npassword ${password}\nfrom a@example.jp\n`;
    await writeFile(file, `account default\n${server}${account}`, { mode: 0o600 });
    await run('sh', ['-c', `printf 'Subject: ${mechanism}\\n\\nbody\\n' | msmtp -C ${file} b@example.net`]);
  }
  await eventually(
    'three messages in the outbox',
    async () => (await outboxMessages(relay.dataDirectory)).length === 3,
  );
});
