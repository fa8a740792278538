// What the queue's contract does not say, since it is special to DynamoDB: calls one by one, answers that are lost, pages, units.

import assert from 'node:assert/strict';
import { after, before, suite, test, type TestContext } from 'node:test';
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { concurrently } from '#shared/aws/concurrently.ts';
import { DynamoQueue } from '#shared/aws/queue.ts';
import { shardOf } from '#shared/aws/queue-items.ts';
import { QUEUE_TABLE } from '#shared/config/records.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Settlement } from '#shared/ports/queue.ts';
import { type DynamoStandIn, dynamoClient, startDynamo } from '../support/aws/dynamo.ts';
import { openDynamoQueue } from '../support/aws/dynamo-queue.ts';
import { type Fate, startFaultyDynamo } from '../support/aws/faulty-dynamo.ts';
import { entryOf } from '../support/entry.ts';
import { logLines } from '../support/log-lines.ts';

const NOW = 1_700_000_000_000;
const claim = { owner: 'a', now: NOW, lease: 60_000, limit: 10 };
const keep: Settlement & { kind: 'keep' } = {
  kind: 'keep',
  state: 'queued',
  recipients: [{ address: 'someone@example.net', status: 'pending', reason: 'busy' }],
  attempts: 1,
  due: NOW + 5000,
};

let dynamo: DynamoStandIn;
before(async () => {
  dynamo = await startDynamo();
});
after(() => dynamo.close());

suite('an enqueue', () => {
  test('whose answer is lost finds its own entry when the SDK repeats it', async (t) => {
    const { queue, line } = await openOverFaultyLine(t);
    line.fate = once('PutItem', 'lose the answer');
    await queue.enqueue([named('Q1')]);
    assert.deepEqual(await queue.list(), [named('Q1')]);
    assert.deepEqual(line.calls.slice(0, 3), ['PutItem', 'PutItem', 'GetItem']);
  });

  test('of which no answer ever comes is a fault, and is taken back', async (t) => {
    const { queue, line, bell } = await openOverFaultyLine(t);
    line.fate = (operation) => (operation === 'PutItem' ? 'lose the answer' : 'pass');
    await assert.rejects(queue.enqueue([named('Q1')]), TemporaryFault);
    assert.deepEqual(await queue.list(), []);
    assert.deepEqual(bell.rings, []);
  });

  test('that cannot store one entry of a message takes the others back', async (t) => {
    const { queue, line, bell } = await openOverFaultyLine(t);
    line.fate = (operation, call) => (operation === 'PutItem' && call.includes('"B-2"') ? 'lose' : 'pass');
    await assert.rejects(queue.enqueue(message('B', 3)), TemporaryFault);
    assert.deepEqual(await queue.list(), []);
    assert.deepEqual(bell.rings, []);
  });

  test('says so in the log when entries may be left', async (t) => {
    const { queue, line, lines } = await openOverFaultyLine(t);
    line.fate = (operation, call) =>
      operation === 'DeleteItem' || (operation === 'PutItem' && call.includes('"B-2"')) ? 'lose' : 'pass';
    await assert.rejects(queue.enqueue(message('B', 2)), TemporaryFault);
    assert.deepEqual(said(lines), ['entries of a message that was not accepted may be left']);
  });

  test('rings once for all entries of a message, and not for those on hold', async (t) => {
    const { queue, bell } = await openDynamoQueue(t, dynamo);
    await queue.enqueue(message('B', 3));
    await queue.enqueue([named('H', { state: 'hold' })]);
    assert.deepEqual(bell.rings, [['B', 'B-2', 'B-3']]);
  });

  test('that cannot ring is done all the same, and the log says so', async (t) => {
    const { client, table, spool } = await openDynamoQueue(t, dynamo);
    const { log, lines } = logLines();
    const doorbell = { ring: () => Promise.reject(new TemporaryFault('no answer')) };
    const queue = new DynamoQueue({ client, table, doorbell, bodies: spool, log });
    await queue.enqueue([named('Q1')]);
    assert.deepEqual(await queue.find('Q1'), named('Q1'));
    assert.deepEqual(said(lines), ['the doorbell cannot be rung now']);
  });

  test('refuses an id that does not name its item', async (t) => {
    const { queue } = await openDynamoQueue(t, dynamo);
    await assert.rejects(queue.enqueue([named('Q1', { body: 'B' })]), PermanentFault);
    assert.deepEqual(await queue.list(), []);
  });
});

suite('a claim', () => {
  test('by two at once gives each entry to one of them', async (t) => {
    const { queue, client, table, spool, bell } = await openDynamoQueue(t, dynamo);
    const other = new DynamoQueue({ client, table, doorbell: bell, bodies: spool });
    for (let round = 0; round < 20; round += 1) {
      const id = `R${round}`;
      await queue.enqueue([named(id)]);
      const request = { ...claim, ids: [id] };
      const [ours, theirs] = await Promise.all([
        queue.claim({ ...request, owner: 'a' }),
        other.claim({ ...request, owner: 'b' }),
      ]);
      assert.equal(ours.length + theirs.length, 1);
      const isOurs = ours.length === 1;
      assert.equal(await queue.settle(id, isOurs ? 'b' : 'a', { kind: 'done' }), false);
      assert.equal(await queue.settle(id, isOurs ? 'a' : 'b', { kind: 'done' }), true);
    }
  });

  test('whose answer is lost finds its own lease when the SDK repeats it', async (t) => {
    const { queue, line } = await openOverFaultyLine(t);
    await queue.enqueue([named('Q1')]);
    line.fate = once('UpdateItem', 'lose the answer');
    assert.deepEqual(await queue.claim({ ...claim, ids: ['Q1'] }), [named('Q1')]);
    assert.deepEqual(await queue.claim({ ...claim, owner: 'b', ids: ['Q1'] }), []);
    assert.equal(await queue.settle('Q1', 'a', { kind: 'done' }), true);
  });

  test('gives what it has leased when a later call fails', async (t) => {
    const { queue, line, lines } = await openOverFaultyLine(t);
    for (const id of ['Q1', 'Q2', 'Q3']) await queue.enqueue([named(id)]);
    line.fate = (operation, call) => (operation === 'UpdateItem' && call.includes('"Q2"') ? 'lose' : 'pass');
    const claimed = await queue.claim({ ...claim, ids: ['Q1', 'Q2', 'Q3'] });
    assert.deepEqual(claimed.map(({ id }) => id).toSorted(), ['Q1', 'Q3']);
    assert.deepEqual(said(lines), ['not every entry can be claimed now']);
    await assert.rejects(queue.claim({ ...claim, ids: ['Q2'] }), TemporaryFault);
  });

  test('goes through the pages of a shard, past what is leased, in order', async (t) => {
    const { queue } = await openDynamoQueue(t, dynamo);
    const ids = Array.from({ length: 3000 }, (_, i) => `Q${i}`).filter((id) => shardOf(id) === '7');
    const entries = ids.slice(0, 130).map((id, i) => named(id, { due: NOW - 1000 + i }));
    await concurrently(entries, 10, (entry) => queue.enqueue([entry]));
    const inOrder = entries.map(({ id }) => id);
    assert.deepEqual(await queue.due(NOW, 1000), inOrder);
    const claimed = await queue.claim({ ...claim, limit: 110 });
    assert.deepEqual(
      claimed.map(({ id }) => id),
      inOrder.slice(0, 110),
    );
    assert.deepEqual(await queue.due(NOW, 10), inOrder.slice(110, 120));
  });
});

suite('a settlement', () => {
  test('of a message with one entry asks for no other', async (t) => {
    const { queue, line } = await openOverFaultyLine(t);
    await queue.enqueue([named('Q1')]);
    await queue.claim({ ...claim, ids: ['Q1'] });
    await queue.settle('Q1', 'a', { kind: 'done' });
    assert.deepEqual(line.calls, ['PutItem', 'UpdateItem', 'DeleteItem']);
  });

  test('is done when the body cannot be removed, and the log says so', async (t) => {
    const { client, table, bell } = await openDynamoQueue(t, dynamo);
    const { log, lines } = logLines();
    const bodies = { remove: () => Promise.reject(new TemporaryFault('no answer')) };
    const queue = new DynamoQueue({ client, table, doorbell: bell, bodies, log });
    await queue.enqueue([named('Q1')]);
    await queue.claim(claim);
    assert.equal(await queue.settle('Q1', 'a', { kind: 'done' }), true);
    assert.deepEqual(said(lines), ['bodies that no entry names are left to the sweep']);
  });

  test('stands when an entry is held, and released while it is settled', async (t) => {
    const { queue, line, client, table, spool, bell } = await openOverFaultyLine(t);
    const operator = new DynamoQueue({ client, table, doorbell: bell, bodies: spool });
    await queue.enqueue([named('Q1')]);
    await queue.claim(claim);
    await operator.hold(['Q1']);
    const soFar = line.calls.length;
    line.beforeCall = async (nth) => {
      if (nth === soFar + 2) await operator.release(NOW, ['Q1']);
    };
    assert.equal(await queue.settle('Q1', 'a', keep), true);
    const { state, due, attempts } = (await queue.find('Q1')) ?? named('Q1');
    assert.deepEqual({ state, due, attempts }, { state: 'queued', due: keep.due, attempts: 1 });
  });

  test('of fifty recipients with the longest addresses and reasons is stored', async (t) => {
    const { queue } = await openDynamoQueue(t, dynamo);
    const to = Array.from({ length: 50 }, (_, i) => `${String(i).padStart(64, 'x')}@${'y'.repeat(255)}`);
    await queue.enqueue([named('Q1', { to })]);
    await queue.claim(claim);
    const reason = '\u{1F4EE}'.repeat(500);
    const recipients = to.map((address) => ({ address, status: 'pending' as const, reason }));
    assert.equal(await queue.settle('Q1', 'a', { ...keep, recipients }), true);
    assert.deepEqual((await queue.find('Q1'))?.recipients, recipients);
  });
});

test('a queue of several pages is listed, counted and flushed whole', async (t) => {
  const { queue } = await openDynamoQueue(t, dynamo);
  const to = Array.from({ length: 50 }, (_, i) => `${i}@${'y'.repeat(1000)}`);
  const entries = Array.from({ length: 45 }, (_, i) => named(`Q${i}`, { to, arrived: NOW + i, due: NOW + 9000 }));
  await concurrently(entries, 10, (entry) => queue.enqueue([entry]));
  assert.deepEqual(await queue.list(), entries);
  assert.equal((await queue.summary()).queued, 45);
  assert.equal((await queue.flush(NOW)).length, 45);
});

test('only what is queued lies in the index', async (t) => {
  const { queue, client, table } = await openDynamoQueue(t, dynamo);
  for (const id of ['Q1', 'Q2', 'Q3', 'Q4', 'Q5']) await queue.enqueue([named(id)]);
  await queue.enqueue([named('H', { state: 'hold' })]);
  await queue.claim({ ...claim, ids: ['Q1', 'Q2', 'Q3'] });
  await queue.settle('Q1', 'a', { kind: 'done' });
  await queue.settle('Q2', 'a', { ...keep, state: 'failed' });
  await queue.hold(['Q3', 'Q4']);
  await queue.settle('Q3', 'a', keep);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, IndexName: QUEUE_TABLE.dueIndex.name }));
  assert.deepEqual(
    Items.map(({ id }) => id?.S),
    ['Q5'],
  );
  await queue.release(NOW, ['Q3']);
  await queue.flush(NOW, ['Q2']);
  assert.deepEqual((await queue.due(NOW, 10)).toSorted(), ['Q2', 'Q3', 'Q5']);
});

test('an item of a later version is refused with words that say which one', async (t) => {
  const { queue, client, table } = await openDynamoQueue(t, dynamo);
  const item = { body: { S: 'Q1' }, id: { S: 'Q1' }, record: { S: '{"version":2}' } };
  await client.send(new PutItemCommand({ TableName: table, Item: item }));
  await assert.rejects(queue.find('Q1'), { name: 'PermanentFault', message: /queue entry Q1 has version 2/ });
});

type Changing = { fate: (operation: string, call: string) => Fate };

/** What becomes of the first such call; all others pass. */
function once(operation: string, fate: Fate): Changing['fate'] {
  let isOver = false;
  return (called) => {
    if (called !== operation || isOver) return 'pass';
    isOver = true;
    return fate;
  };
}

async function openOverFaultyLine(t: TestContext) {
  const { table, client, spool, bell } = await openDynamoQueue(t, dynamo);
  const line = await startFaultyDynamo(dynamo);
  t.after(() => line.close());
  const { log, lines } = logLines();
  const overLine = dynamoClient(t, line.caller);
  const queue = new DynamoQueue({ client: overLine, table, doorbell: bell, bodies: spool, log });
  return { queue, line, lines, client, table, spool, bell };
}

function message(body: string, parts: number): Entry[] {
  return Array.from({ length: parts }, (_, i) => named(i === 0 ? body : `${body}-${i + 1}`, { body }));
}

function named(id: string, changes: Parameters<typeof entryOf>[0] = {}): Entry {
  return entryOf({ id, body: id, due: NOW, ...changes });
}

function said(lines: readonly { readonly message: string }[]): string[] {
  return lines.map(({ message }) => message);
}
