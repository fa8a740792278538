import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { requires } from '../support/requires.ts';
import { sendMessage, SmtpClient } from '../support/smtp-client.ts';
import { startRelay, temporaryFolder } from '../support/relay-process.ts';
import { type Call, notDurable, parseTrace } from './support/strace.ts';

// In the clear, so that the trace shows the replies.
const SETTINGS = `mynetworks: 127.0.0.1/32
smtpd_sender_restrictions: []
smtpd_recipient_restrictions: permit_mynetworks, reject
`;
const CALLS = 'openat,fsync,fdatasync,?rename,?renameat,?renameat2,write,writev,sendto,pwrite64,pwritev';
const SMALL = Buffer.from('Subject: small\r\n\r\nhello\r\n');
const LARGE = Buffer.from(`Subject: large\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(4_000)}`);

/** What a relay does from its start until it has taken one message. */
async function trace(t: TestContext, content: Buffer, env: Record<string, string> = {}): Promise<Call[]> {
  const file = join(await temporaryFolder(t), 'trace');
  // -D: the relay is our child, and strace watches from aside.
  const under = ['strace', '-D', '-f', '-y', '-s', '64', '-o', file, '-e', `trace=${CALLS}`];
  const relay = await startRelay(t, { under, env, settings: SETTINGS, ports: 'smtp=0' });
  const client = await SmtpClient.connect(relay.port('smtp'));
  await client.reply();
  await client.command('EHLO home.example.jp');
  const reply = await sendMessage(client, { from: 'aaa@example.jp', to: ['someone@example.net'], content });
  assert.match(reply.text, /^2\.0\.0 Ok: queued as /);
  await client.command('QUIT');
  assert.deepEqual(await relay.stop(), { status: 0, signal: null });
  return parseTrace(await readFile(file, 'latin1'));
}

suite('before a message is said to be queued', { skip: requires({ commands: ['strace'] }) }, () => {
  test('a small one is synced with the database', async (t) => {
    assert.deepEqual(notDurable(await trace(t, SMALL), false), []);
  });

  test('a large one is synced with the database, its file and its folder; without any of these it is found out', async (t) => {
    const calls = await trace(t, LARGE);
    assert.deepEqual(notDurable(calls, true), []);
    const without = (path: RegExp): string[] =>
      notDurable(
        calls.filter(({ name, paths }) => !(/sync/.test(name) && path.test(paths[0] ?? ''))),
        true,
      );
    assert.deepEqual(without(/queue\.db-wal$/), ['the queue was not synced']);
    assert.deepEqual(without(/\.part$/), ['the body was not synced']);
    assert.deepEqual(without(/\/spool\/.$/), ['the folder of the body was not synced']);
  });

  test('with synchronous = OFF it is found not synced', async (t) => {
    const preload = join(import.meta.dirname, 'support', 'without-sync.ts');
    const calls = await trace(t, SMALL, { NODE_OPTIONS: `--import=${preload}` });
    assert.deepEqual(notDurable(calls, false), ['the queue was not synced']);
  });
});
