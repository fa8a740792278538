import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Captured, Outbox } from '#functions/relayctl/relay.ts';
import { NOW, operator } from './support/operator.ts';

process.env['TZ'] = 'UTC';

const MESSAGE: Captured = {
  name: '1700000000.M123Q4g1.smtp',
  queueId: '4g1',
  sender: 'aaa@example.jp',
  recipients: ['one@example.net', 'two@example.net'],
  arrived: NOW - 60_000,
  delivered: NOW,
  login: 'aaa@mail.example.jp',
  subject: 'hello',
  size: 28,
};
const CONTENT = 'Subject: hello\r\n\r\nhello\r\n';

const outbox: Outbox = {
  list: async () => [MESSAGE, { ...MESSAGE, name: 'other', queueId: '4g2', sender: '', subject: 'a\u0007b' }],
  open: async (name) => (name === MESSAGE.name ? Readable.from([Buffer.from(CONTENT)]) : undefined),
};

test('the outbox is listed in aligned columns, and as JSON one message a line', async () => {
  assert.equal(await operator().gets('outbox list'), 'The outbox is empty.\n');
  const relay = operator({ outbox });
  assert.deepEqual((await relay.gets('outbox list')).split('\n'), [
    'QUEUE ID  DELIVERED         SIZE  SENDER            RECIPIENTS                           SUBJECT',
    '4g1       2026-11-24 04:06  28    <aaa@example.jp>  <one@example.net> <two@example.net>  hello',
    '4g2       2026-11-24 04:06  28    <>                <one@example.net> <two@example.net>  a?b',
    '',
  ]);
  const [first = ''] = (await relay.gets('outbox list --json')).split('\n');
  assert.deepEqual(JSON.parse(first), MESSAGE);
});

test('a captured message is shown by its name or its queue id', async () => {
  const relay = operator({ outbox });
  const shown = await relay.gets(`outbox show ${MESSAGE.name}`);
  assert.equal(await relay.gets('outbox show 4g1'), shown);
  assert.deepEqual(shown.split('\n'), [
    'name        1700000000.M123Q4g1.smtp',
    'queue id    4g1',
    'sender      <aaa@example.jp>',
    'recipients  <one@example.net>',
    '            <two@example.net>',
    'login       aaa@mail.example.jp',
    'arrived     2026-11-24 04:05',
    'delivered   2026-11-24 04:06',
    'size        28 octets',
    '',
    'Subject: hello',
    '',
  ]);
  assert.equal(await relay.gets('outbox show --body 4g1'), CONTENT);
});

test('where nothing is captured, the commands say so', async () => {
  for (const line of ['outbox list', 'outbox show 4g1']) {
    assert.deepEqual(await operator({ outbox: undefined }).says(line), {
      status: 1,
      printed: '',
      complaint: 'relayctl: a relay on AWS has no outbox; relayctl queue list shows what it has not delivered yet\n',
    });
  }
});

test('a message that is not there, or gone meanwhile, is an error', async () => {
  const relay = operator({ outbox });
  for (const name of ['none', '4g2']) {
    assert.deepEqual(await relay.says(`outbox show ${name}`), {
      status: 1,
      printed: '',
      complaint: `relayctl: no ${name} in the outbox; relayctl outbox list shows what is there\n`,
    });
  }
});
