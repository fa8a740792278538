import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createCaptureTransport } from '#shared/embedded/capture-transport.ts';
import { listOutbox, readOutbox } from '#shared/embedded/outbox.ts';
import { bodyOf } from '../../support/body.ts';
import { entryOf } from '../../support/entry.ts';

const NOW = 1_700_000_009_000;
const to = ['a@example.net', 'b@example.net'];

async function outboxFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-outbox-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'outbox');
}

const captureTo = (outbox: string) => createCaptureTransport({ outbox, hostname: 'relay.example.jp', now: () => NOW });

async function textOf(chunks: AsyncIterable<Buffer> | undefined): Promise<string> {
  assert.ok(chunks);
  const read: Buffer[] = [];
  for await (const chunk of chunks) read.push(chunk);
  return Buffer.concat(read).toString('latin1');
}

const MESSAGE = 'Received: from home\r\nSubject: =?UTF-8?Q?caf=C3=A9?=\r\n and more\r\n\r\n.dot\r\n\xe9\0\xff\r\n';

test('a message stands in new/ octet for octet, with its envelope beside it', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  const outcomes = await transport.deliver(entryOf({ to }), to, bodyOf(MESSAGE, 7));
  const name = '1700000000.M123Q4Zx1.relay.example.jp';
  const outcome = { kind: 'delivered', response: `captured as ${name}` };
  assert.deepEqual(outcomes, [outcome, outcome]);
  assert.equal(await readFile(join(outbox, 'new', name), 'latin1'), MESSAGE);
  assert.deepEqual(JSON.parse(await readFile(join(outbox, 'envelopes', `${name}.json`), 'utf8')), {
    version: 1,
    queueId: '4Zx1',
    sender: 'aaa@example.jp',
    recipients: to,
    arrived: 1_700_000_000_123,
    delivered: NOW,
    login: 'aaa@mail.example.jp',
  });
  assert.deepEqual(await readdir(join(outbox, 'tmp')), []);
});

test('a repeat of the same entry takes the place of the first', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.equal((await listOutbox(outbox)).length, 1);
});

test('many messages at once are all there', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  const ids = Array.from({ length: 50 }, (_, i) => `ID${i}`);
  await Promise.all(ids.map((id) => transport.deliver(entryOf({ id }), to, bodyOf(`${id}\r\n\r\n`))));
  const listed = await listOutbox(outbox);
  assert.deepEqual(listed.map(({ queueId }) => queueId).toSorted(), ids.toSorted());
});

test('the outbox is listed by arrival, the newest last, with the subject unfolded', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  await transport.deliver(
    entryOf({ id: 'NEW', arrived: 1_700_000_000_200 }),
    to,
    bodyOf('Subject: caf\xc3\xa9\r\n\r\n'),
  );
  await transport.deliver(entryOf({ id: 'OLD', arrived: 1_700_000_000_007 }), to, bodyOf(MESSAGE));
  await transport.deliver(
    entryOf({ id: 'NONE', arrived: 1_700_000_000_300 }),
    to,
    bodyOf('\r\nSubject: in the body\r\n'),
  );
  assert.deepEqual(
    (await listOutbox(outbox)).map(({ queueId, subject, size }) => [queueId, subject, size]),
    [
      ['OLD', '=?UTF-8?Q?caf=C3=A9?= and more', MESSAGE.length],
      ['NEW', 'caf\u00e9', 18],
      ['NONE', '', 24],
    ],
  );
});

test('a message is read by its name or its queue id, also when a mail reader has moved it to cur/', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  const [message] = await listOutbox(outbox);
  assert.ok(message);
  await rename(message.path, join(outbox, 'cur', `${message.name}:2,S`));
  assert.equal((await listOutbox(outbox))[0]?.name, message.name);
  assert.equal(await textOf(await readOutbox(outbox, '4Zx1')), MESSAGE);
  assert.equal(await textOf(await readOutbox(outbox, message.name)), MESSAGE);
});

test('what is not in the outbox cannot be read, whatever its name is', async (t) => {
  const outbox = await outboxFolder(t);
  assert.deepEqual(await listOutbox(outbox), []);
  assert.equal(await readOutbox(outbox, '4Zx1'), undefined);
  await captureTo(outbox);
  assert.equal(await readOutbox(outbox, '../../../etc/passwd'), undefined);
});

test('a folder that cannot be written to defers all recipients and is the transport’s trouble', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  await rm(outbox, { recursive: true });
  const outcomes = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE));
  assert.deepEqual(outcomes, [
    { kind: 'deferred', status: '4.3.0', reason: `cannot write to ${outbox}: ENOENT`, scope: 'transport' },
  ]);
});

test('a body that cannot be read is thrown on, and nothing stands in new/', async (t) => {
  const outbox = await outboxFolder(t);
  const transport = await captureTo(outbox);
  const body = {
    size: 10,
    async *chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('no spool');
    },
  };
  await assert.rejects(transport.deliver(entryOf(), to, body), /no spool/);
  assert.deepEqual(await listOutbox(outbox), []);
});
