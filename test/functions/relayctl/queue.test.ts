import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { entryOf } from '../../support/entry.ts';
import { NOW, type Operator, operator } from './support/operator.ts';

process.env['TZ'] = 'UTC';

const BUSY = 'host mx.example.net[192.0.2.25] said: 450 4.2.0 busy (in reply to RCPT TO command)';
const BODY = 'Received: from home.example.jp\r\nSubject: caf\u00e9 \u001b[2J\r\n\tfolded\r\n\r\nhello\r\n';

const ENTRIES: readonly Entry[] = [
  entryOf({
    id: '4g1Xz03mYQzK',
    body: '4g1Xz03mYQzK',
    size: 1234,
    arrived: Date.UTC(2026, 10, 3, 1, 2, 3, 456),
    attempts: 2,
    due: NOW,
    recipients: [
      { address: 'one@example.net', status: 'pending', reason: BUSY },
      { address: 'two@example.net', status: 'pending', reason: BUSY },
      { address: 'three@example.net', status: 'delivered', reason: '250 2.0.0 Ok' },
      { address: 'four@example.net', status: 'pending' },
    ],
  }),
  entryOf({ id: '4g1Xz13mYQzL', size: 11_000, arrived: NOW - 2000, sender: '', client: { address: '::1', helo: 'h' } }),
  entryOf({ id: '4g1Xz23mYQzM', size: 99, arrived: NOW - 1000, state: 'hold' }),
  entryOf({
    id: '4g1Xz33mYQzN',
    size: 99,
    arrived: NOW,
    state: 'failed',
    attempts: 9,
    recipients: [{ address: 'gone@example.net', status: 'failed', reason: 'unknown user' }],
  }),
];

async function idsIn(relay: Operator): Promise<string[]> {
  return (await relay.queue.list()).map(({ id }) => id);
}

test('the queue is listed as postqueue -p lists it', async () => {
  const lines = [
    '----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------',
    '4g1Xz03mYQzK          1234 Tue Nov  3 01:02:03 aaa@example.jp',
    `(${BUSY})`,
    '                                               one@example.net',
    '                                               two@example.net',
    '                                                          (reason unavailable)',
    '                                               four@example.net',
    '',
    '4g1Xz13mYQzL         11000 Tue Nov 24 04:05:58 MAILER-DAEMON',
    '                                               someone@example.net',
    '',
    '4g1Xz23mYQzM!           99 Tue Nov 24 04:05:59 aaa@example.jp',
    '                                               someone@example.net',
    '',
    '4g1Xz33mYQzN#           99 Tue Nov 24 04:06:00 aaa@example.jp',
    '                                                                (unknown user)',
    '                                               gone@example.net',
    '',
    '-- 12 Kbytes in 4 Requests.',
    '',
  ];
  assert.deepEqual((await operator({ entries: ENTRIES }).gets('queue list')).split('\n'), lines);
});

test('an empty queue and a queue of one say so as Postfix does', async () => {
  assert.equal(await operator().gets('queue list'), 'Mail queue is empty\n');
  assert.equal(await operator().gets('queue list --json'), '');
  assert.match(await operator({ entries: [entryOf()] }).gets('queue list'), /\n\n-- 0 Kbytes in 1 Request\.\n$/);
});

test('a longer queue id widens its column', async () => {
  const printed = await operator({ entries: [entryOf({ id: '4g1Xz03mYQzK-1234567' })] }).gets('queue list');
  const [heading = '', first = ''] = printed.split('\n');
  assert.equal(first.indexOf('aaa@example.jp'), heading.indexOf('--Sender'));
});

test('as JSON the queue has the members of postqueue -j, one object a line', async () => {
  const lines = (await operator({ entries: ENTRIES }).gets('queue list --json')).trimEnd().split('\n');
  const [first, second, third, fourth] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(first, {
    queue_name: 'deferred',
    queue_id: '4g1Xz03mYQzK',
    arrival_time: Date.UTC(2026, 10, 3, 1, 2, 3) / 1000,
    message_size: 1234,
    sender: 'aaa@example.jp',
    recipients: [
      { address: 'one@example.net', delay_reason: BUSY },
      { address: 'two@example.net', delay_reason: BUSY },
      { address: 'four@example.net' },
    ],
    login: 'aaa@mail.example.jp',
    attempts: 2,
    next_attempt: NOW / 1000,
  });
  assert.deepEqual(
    [second?.['queue_name'], second?.['sender'], second?.['login']],
    ['incoming', 'MAILER-DAEMON', undefined],
  );
  assert.deepEqual([third?.['queue_name'], third?.['next_attempt']], ['hold', undefined]);
  assert.equal(fourth?.['queue_name'], 'failed');
});

test('a message is shown with its envelope, its state and its header section', async () => {
  const relay = operator({ entries: ENTRIES });
  relay.spool.bodies.set('4g1Xz03mYQzK', BODY);
  assert.deepEqual((await relay.gets('queue show 4g1Xz03mYQzK')).split('\n'), [
    'queue id  4g1Xz03mYQzK',
    'state     queued, tried 2 times, due 2026-11-24 04:06',
    'sender    <aaa@example.jp>',
    'client    192.0.2.1 (home.example.jp), logged in as aaa@mail.example.jp',
    'arrived   2026-11-03 01:02',
    'size      1234 octets, 7BIT',
    '',
    `<one@example.net>    pending    (${BUSY})`,
    `<two@example.net>    pending    (${BUSY})`,
    '<three@example.net>  delivered  (250 2.0.0 Ok)',
    '<four@example.net>   pending',
    '',
    'Received: from home.example.jp',
    'Subject: caf\u00e9 ?[2J',
    '\tfolded',
    '',
  ]);
});

test('--body prints the octets of the message and nothing else', async () => {
  const relay = operator({ entries: ENTRIES });
  relay.spool.bodies.set('4g1Xz03mYQzK', BODY);
  assert.equal(await relay.gets('queue show --body 4g1Xz03mYQzK'), BODY);
});

test('a header section without an end is cut', async () => {
  const relay = operator({ entries: ENTRIES });
  relay.spool.bodies.set('4g1Xz03mYQzK', 'x'.repeat(3_000_000));
  const shown = await relay.gets('queue show 4g1Xz03mYQzK');
  assert.equal(/x+/.exec(shown.slice(shown.indexOf('xxx')))?.[0].length, 256 * 1024);
});

test('of an entry whose body is missing the envelope is shown, and what to do', async () => {
  const { status, printed, complaint } = await operator({ entries: ENTRIES }).says('queue show 4g1Xz33mYQzN');
  assert.equal(status, 1);
  assert.match(printed, /^state +given up, tried 9 times$/m);
  assert.equal(
    complaint,
    'relayctl: the body of 4g1Xz33mYQzN is missing; relayctl queue delete 4g1Xz33mYQzN forgets what is left of it\n',
  );
});

test('messages are deleted by id; an unknown id is an error after the others are gone', async () => {
  const relay = operator({ entries: ENTRIES });
  assert.deepEqual(await relay.says('queue delete 4g1Xz03mYQzK NONE 4g1Xz23mYQzM'), {
    status: 1,
    printed: 'Deleted 2 messages.\n',
    complaint: 'relayctl: NONE is not in the queue; relayctl queue list shows the queue\n',
  });
  assert.deepEqual(await idsIn(relay), ['4g1Xz13mYQzL', '4g1Xz33mYQzN']);
});

test('--all deletes every message, and is never taken for granted', async () => {
  const relay = operator({ entries: ENTRIES });
  for (const line of ['queue delete', 'queue delete --all 4g1Xz03mYQzK']) {
    const { status, complaint } = await relay.says(line);
    assert.equal(status, 2);
    assert.match(complaint, /^relayctl: delete takes either queue ids or --all; /);
  }
  assert.equal((await idsIn(relay)).length, 4);
  assert.equal(await relay.gets('queue delete --all'), 'Deleted 4 messages.\n');
  assert.deepEqual(await idsIn(relay), []);
});

test('a flush makes what may be tried due now, all or what is named', async () => {
  const relay = operator({ entries: ENTRIES });
  assert.equal(await relay.gets('queue flush'), 'Flushed 3 messages: due now.\n');
  assert.deepEqual(
    [(await relay.queue.find('4g1Xz33mYQzN'))?.state, (await relay.queue.find('4g1Xz33mYQzN'))?.due],
    ['queued', NOW],
  );
  assert.deepEqual(await relay.says('queue flush 4g1Xz13mYQzL 4g1Xz23mYQzM'), {
    status: 1,
    printed: 'Flushed 1 message: due now.\n',
    complaint: 'relayctl: 4g1Xz23mYQzM is on hold; relayctl queue list shows the queue\n',
  });
});

test('a message is put on hold and released', async () => {
  const relay = operator({ entries: ENTRIES });
  assert.equal(await relay.gets('queue hold 4g1Xz03mYQzK 4g1Xz13mYQzL'), 'Put 2 messages on hold.\n');
  assert.equal((await relay.queue.find('4g1Xz03mYQzK'))?.state, 'hold');
  assert.equal(await relay.gets('queue release 4g1Xz03mYQzK'), 'Released 1 message from hold: due now.\n');
  assert.equal((await relay.queue.find('4g1Xz03mYQzK'))?.state, 'queued');
  const { status, complaint } = await relay.says('queue release 4g1Xz03mYQzK');
  assert.equal(status, 1);
  assert.equal(complaint, 'relayctl: 4g1Xz03mYQzK is queued; relayctl queue list shows the queue\n');
});
