import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { logIn, sendMessage, SmtpClient, stuffed } from '../support/smtp-client.ts';
import { outboxMessages, withoutTrace } from '../support/outbox-files.ts';
import { type RelayProcess, relayctl, startRelay } from '../support/relay-process.ts';

const PORTS = 'submission=0,smtps=0';
const ENVELOPE = { from: 'aaa@example.jp', to: ['someone@example.net'] };

const line = `${'x'.repeat(76)}\r\n`;
const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ['an empty message', Buffer.alloc(0)],
  ['a header and no body', Buffer.from('Subject: none\r\n\r\n')],
  ['dots at line starts', Buffer.from('Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n...b\r\nend .\r\n')],
  ['every 8-bit byte', Buffer.concat([Buffer.from('Subject: 8\r\n\r\n'), highBytes(), Buffer.from('\r\n')])],
  ['a line of 20,000 octets', Buffer.from(`Subject: long\r\n\r\n${'y'.repeat(20_000)}\r\nend\r\n`)],
  ['300 KiB', Buffer.from(`Subject: 300 KiB\r\n\r\n${line.repeat(3_939)}`)],
  ['2 MiB', Buffer.from(`Subject: 2 MiB\r\n\r\n${line.repeat(26_887)}`)],
];

function highBytes(): Buffer {
  return Buffer.from(Array.from({ length: 128 }, (_, i) => 128 + i));
}

async function delivered(relay: RelayProcess, count: number): Promise<Buffer[]> {
  return eventually(`${count} messages in the outbox`, async () => {
    const messages = await outboxMessages(relay.dataDirectory);
    return messages.length === count ? messages : undefined;
  });
}

async function spooled({ dataDirectory }: RelayProcess): Promise<string[]> {
  const names = await readdir(join(dataDirectory, 'spool'), { recursive: true, withFileTypes: true });
  return names.filter((name) => name.isFile()).map(({ name }) => name);
}

test('a message stands in the outbox byte for byte as sent, under its trace header', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await logIn(relay.port('submission'), relay.account);
  for (const [, content] of CONTENTS) {
    assert.match((await sendMessage(client, { ...ENVELOPE, content })).text, /^2\.0\.0 Ok: queued as \S+$/);
  }
  const messages = (await delivered(relay, CONTENTS.length)).map(withoutTrace);
  for (const [what, content] of CONTENTS)
    assert.ok(
      messages.some((message) => message.equals(content)),
      what,
    );
  await eventually('an empty spool', async () => (await spooled(relay)).length === 0);
});

test('a message over message_size_limit gets 552 5.3.4 and the session goes on', async (t) => {
  const relay = await startRelay(t, { ports: PORTS, settings: 'message_size_limit: 200KiB\n' });
  const client = await logIn(relay.port('submission'), relay.account);
  const refusal = await sendMessage(client, { ...ENVELOPE, content: Buffer.from(line.repeat(4_000)) });
  assert.equal(refusal.code, 552);
  assert.match(refusal.text, /^5\.3\.4 /);
  const announced = await client.command(`MAIL FROM:<aaa@example.jp> SIZE=${1024 * 1024}`);
  assert.match(announced.lines.join(), /^552 5\.3\.4 /);
  const content = Buffer.from('Subject: small\r\n\r\nfits\r\n');
  assert.equal((await sendMessage(client, { ...ENVELOPE, content })).code, 250);
  const [message = Buffer.alloc(0)] = await delivered(relay, 1);
  assert.ok(withoutTrace(message).equals(content));
  assert.deepEqual(await spooled(relay), []);
});

test('a client that vanishes in mid-message leaves nothing', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  for (const size of [10, 20_000]) {
    const client = await logIn(relay.port('submission'), relay.account);
    await client.command('MAIL FROM:<aaa@example.jp>');
    await client.command('RCPT TO:<someone@example.net>');
    await client.command('DATA');
    client.send(line.repeat(size));
    await pause(100);
    client.vanish();
  }
  await eventually('an empty spool', async () => (await spooled(relay)).length === 0);
  assert.equal(await relayctl(relay, 'queue', 'list'), 'Mail queue is empty\n');
  assert.deepEqual(await outboxMessages(relay.dataDirectory), []);
});

test('pipelined commands are answered in order, and policy is asked once', async (t) => {
  const relay = await startRelay(t, { ports: PORTS, settings: 'log_level: debug\n' });
  const client = await logIn(relay.port('submission'), relay.account);
  const recipients = ['a@example.net', 'b@example.net', 'bad', 'c@example.net'];
  const rcpt = recipients.map((address) => `RCPT TO:<${address}`.concat(address === 'bad' ? ' x\r\n' : '>\r\n'));
  client.send(`MAIL FROM:<aaa@example.jp>\r\n${rcpt.join('')}DATA\r\n`);
  const codes = [];
  for (let i = 0; i < recipients.length + 2; i += 1) codes.push((await client.reply()).code);
  assert.deepEqual(codes, [250, 250, 250, 501, 250, 354]);
  client.send(Buffer.concat([stuffed(Buffer.from('Subject: one\r\n\r\n')), Buffer.from('RSET\r\nQUIT\r\n')]));
  assert.match((await client.reply()).text, /^2\.0\.0 Ok: queued as /);
  assert.equal((await client.reply()).text, '2.0.0 Ok');
  assert.equal((await client.reply()).code, 221);
  await client.closed();
  await relay.stop();
  assert.deepEqual(relay.log().match(/"event":"policy",.*"permitted":\d+/g)?.length, 1);
});

test('a message in pipelined chunks arrives whole, and what a chunk holds is never a command', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await logIn(relay.port('submission'), relay.account);
  const content = `Subject: chunks\r\n\r\n${'RSET\r\n.\r\nQUIT\r\n'.repeat(20_000)}`;
  const size = 4099;
  const chunks = Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
    content.slice(i * size, (i + 1) * size),
  );
  client.send('MAIL FROM:<aaa@example.jp>\r\nRCPT TO:<a@example.net>\r\n');
  for (const chunk of chunks) client.send(`BDAT ${chunk.length}\r\n${chunk}`);
  client.send(
    'BDAT 0 LAST\r\nMAIL FROM:<aaa@example.jp>\r\nRCPT TO:<a@example.net>\r\nBDAT 3\r\na\r\nRSET\r\nQUIT\r\n',
  );
  for (let i = 0; i < 2 + chunks.length; i += 1) assert.equal((await client.reply()).code, 250);
  assert.match((await client.reply()).text, new RegExp(`^2\\.0\\.0 Ok: ${content.length} bytes queued as `));
  for (const code of [250, 250, 250, 250, 221]) assert.equal((await client.reply()).code, code);
  const [message] = (await delivered(relay, 1)).map(withoutTrace);
  assert.ok(message?.equals(Buffer.from(content)));
  await eventually('an empty spool', async () => (await spooled(relay)).length === 0);
});

test('a message for more than 50 recipients reaches each of them once', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await logIn(relay.port('submission'), relay.account);
  const to = Array.from({ length: 120 }, (_, i) => `r${i}@example.net`);
  const content = Buffer.from('Subject: to many\r\n\r\nhello\r\n');
  assert.equal((await sendMessage(client, { from: 'aaa@example.jp', to, content })).code, 250);
  const messages = await delivered(relay, 3);
  for (const message of messages) assert.ok(withoutTrace(message).equals(content));
  const listed = (await relayctl(relay, 'outbox', 'list', '--json')).trimEnd().split('\n');
  const reached = listed.flatMap((captured) => (JSON.parse(captured) as { recipients: string[] }).recipients);
  assert.deepEqual(reached.toSorted(), to.toSorted());
});

test('smtps takes a message under TLS from the first byte', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await SmtpClient.connectTls(relay.port('smtps'));
  assert.equal((await client.reply()).code, 220);
  await client.command('EHLO home.example.jp');
  const { login, password } = relay.account;
  const response = Buffer.from(`\0${login}\0${password}`).toString('base64');
  assert.equal((await client.command(`AUTH PLAIN ${response}`)).code, 235);
  const content = Buffer.from('Subject: smtps\r\n\r\n');
  assert.equal((await sendMessage(client, { ...ENVELOPE, content })).code, 250);
});

test('the log is JSON lines with session and queue ids, without addresses or passwords', async (t) => {
  const relay = await startRelay(t, { ports: PORTS });
  const client = await logIn(relay.port('submission'), relay.account);
  const { text } = await sendMessage(client, { ...ENVELOPE, content: Buffer.from('Subject: secret\r\n\r\n') });
  const queueId = text.split(' ').at(-1);
  await delivered(relay, 1);
  await client.command('QUIT');
  await relay.stop();
  const log = relay.log();
  const events = log
    .trimEnd()
    .split('\n')
    .map((event) => JSON.parse(event) as Record<string, unknown>);
  const queued = events.find(({ event }) => event === 'queued');
  assert.equal(queued?.['queueId'], queueId);
  const login = events.find(({ event }) => event === 'login');
  assert.equal(login?.['session'], queued?.['session']);
  assert.equal(events.find(({ event }) => event === 'delivery')?.['queueId'], queueId);
  for (const secret of [relay.account.password, ENVELOPE.from, ...ENVELOPE.to, 'Subject']) {
    assert.ok(!log.includes(secret), `${secret} stands in the log`);
  }
});
