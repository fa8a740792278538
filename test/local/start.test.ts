import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { logIn, SmtpClient } from '../support/smtp-client.ts';
import { isRunning, startRelay } from '../support/relay-process.ts';
import { outboxMessages, withoutTrace } from '../support/outbox-files.ts';

const PORTS = 'submission=0,smtps=0,console=0';

test('a first start shows an account and how to use it', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const { login, password } = relay.account;
  const server = `127.0.0.1 --port ${relay.port('submission')}`;
  assert.ok(relay.introduction.includes(`swaks --server ${server} --tls --auth PLAIN --auth-user ${login}`));
  assert.ok(relay.introduction.includes(`--auth-password ${password}`));
  assert.ok(relay.introduction.includes(`relayhost = [127.0.0.1]:${relay.port('submission')}`));
  assert.ok(relay.introduction.includes(`[127.0.0.1]:${relay.port('submission')}  ${login}:${password}`));
  assert.match(relay.introduction, /NOTHING LEAVES THIS MACHINE/);
  assert.match(relay.introduction, /^ready\nsubmission 127\.0\.0\.1:\d+\nsmtps 127\.0\.0\.1:\d+\n$/m);
});

test('a second start keeps the account and says how to make another', async (t) => {
  const first = await startRelay(t, { ports: PORTS });
  const { account, dataDirectory } = first;
  assert.deepEqual(await first.stop(), { status: 0, signal: null });
  const second = await startRelay(t, { dataDirectory, ports: PORTS });
  assert.match(second.introduction, /relayctl --data \S+ account add LOGIN/);
  assert.doesNotMatch(second.introduction, /password/);
  (await logIn(second.port('submission'), account)).vanish();
});

test('a service that --ports does not name is closed', async (t) => {
  const both = await startRelay(t, { ports: PORTS });
  const port = both.port('smtps');
  (await SmtpClient.connectTls(port)).vanish();
  await both.stop();
  const one = await startRelay(t, { dataDirectory: both.dataDirectory, ports: 'submission=0' });
  assert.match(one.introduction, /^ready\nsubmission \S+\n$/m);
  await assert.rejects(SmtpClient.connectTls(port), { code: 'ECONNREFUSED' });
});

test('SIGTERM ends it with status 0, no process left, and an idle client hears 421', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const idle = await SmtpClient.connect(relay.port('submission'));
  assert.equal((await idle.reply()).code, 220);
  const ended = relay.stop();
  const reply = await idle.reply();
  assert.equal(reply.code, 421);
  assert.match(reply.text, /^4\.3\.2 /);
  assert.deepEqual(await ended, { status: 0, signal: null });
  assert.equal(isRunning(relay.pid), false);
});

test('SIGTERM in mid-message lets it finish: 250, then 421, and it is kept', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await logIn(relay.port('submission'), relay.account);
  await client.command('MAIL FROM:<aaa@example.jp>');
  await client.command('RCPT TO:<someone@example.net>');
  assert.equal((await client.command('DATA')).code, 354);
  client.send('Subject: half\r\n\r\nfirst\r\n');
  const ended = relay.stop();
  const stillThere = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 300, 'running'))]);
  assert.equal(stillThere, 'running');
  client.send('second\r\n.\r\n');
  assert.match((await client.reply()).text, /^2\.0\.0 Ok: queued as /);
  assert.match((await client.reply()).text, /^4\.3\.2 /);
  assert.deepEqual(await ended, { status: 0, signal: null });

  const { dataDirectory } = relay;
  const next = await startRelay(t, { dataDirectory, ports: PORTS });
  await eventually('the message in the outbox', async () => (await outboxMessages(dataDirectory)).length === 1);
  const [message = Buffer.alloc(0)] = await outboxMessages(dataDirectory);
  assert.equal(withoutTrace(message).toString(), 'Subject: half\r\n\r\nfirst\r\nsecond\r\n');
  await next.stop();
});
