// What the directory's contract does not say: what is kept, for how long, and what stands in while DynamoDB does not answer.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDirectory } from '#shared/aws/directory.ts';
import type { Account } from '#shared/domain/directory/account.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { createTables, type DynamoStandIn, dynamoClient, startDynamo } from '../support/aws/dynamo.ts';
import { startFaultyDynamo } from '../support/aws/faulty-dynamo.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let dynamo: DynamoStandIn;
before(async () => {
  dynamo = await startDynamo();
});
after(() => dynamo.close());

test('accounts are read once in five seconds, and other processes see a change then', async (t) => {
  const { directory, other, clock, line } = await open(t);
  await other.put(account('aaa'));
  assert.deepEqual(await directory.accounts(), [account('aaa')]);
  await other.put(account('bbb'));
  clock.now += 5 * SECOND - 1;
  assert.equal(await directory.account(account('bbb').login), undefined);
  assert.equal(line.calls.length, 1);
  clock.now += 1;
  assert.deepEqual(await directory.account(account('bbb').login), account('bbb'));
  assert.equal(line.calls.length, 2);
});

test('lookups at the same time share one read', async (t) => {
  const { directory, line } = await open(t);
  await Promise.all([directory.accounts(), directory.account('a@b'), directory.senderOwners(['a@b'])]);
  assert.deepEqual(line.calls, ['Query']);
});

test('while DynamoDB does not answer, what was read last stands for ten minutes', async (t) => {
  const { directory, clock, line } = await open(t);
  line.fate = () => 'lose';
  await assert.rejects(directory.accounts(), TemporaryFault);
  line.fate = () => 'pass';
  await directory.put(account('aaa'));
  await directory.accounts();
  line.fate = () => 'lose';
  clock.now += 10 * MINUTE - 1;
  assert.deepEqual(await directory.account(account('aaa').login), account('aaa'));
  assert.deepEqual(await directory.senderOwners(['aaa@example.jp']), [account('aaa').login]);
  clock.now += 1;
  await assert.rejects(directory.account(account('aaa').login), TemporaryFault);
  line.fate = () => 'pass';
  assert.deepEqual(await directory.account(account('aaa').login), account('aaa'));
});

test('in an outage DynamoDB is asked once in five seconds', async (t) => {
  const { directory, clock, line } = await open(t);
  await directory.accounts();
  line.fate = () => 'lose';
  clock.now += MINUTE;
  await directory.accounts();
  const asked = line.calls.length;
  clock.now += 5 * SECOND - 1;
  await directory.accounts();
  assert.equal(line.calls.length, asked);
});

test('a change made here is not hidden by a read that began before it', async (t) => {
  const { directory, other, clock, line } = await open(t);
  await directory.accounts();
  clock.now += MINUTE;
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
  const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
  line.beforeAnswer = async (operation) => {
    if (operation !== 'Query') return;
    asked();
    await goesOn;
  };
  const reading = directory.accounts();
  await isAsked;
  await directory.put(account('aaa'));
  goOn();
  assert.deepEqual(await reading, []);
  assert.deepEqual(await directory.accounts(), [account('aaa')]);
  assert.deepEqual(await other.accounts(), [account('aaa')]);
});

test('accounts of several pages are all read', async (t) => {
  const { directory } = await open(t);
  const senders = Array.from({ length: 1000 }, (_, i) => `${i}@${'y'.repeat(200)}`);
  const all = Array.from({ length: 12 }, (_, i) => account(`a${String.fromCharCode(97 + i)}`, senders));
  for (const one of all) await directory.put(one);
  assert.deepEqual(await directory.accounts(), all);
});

test('an account of a later version is refused with words that say which one', async (t) => {
  const { directory, client, table } = await open(t);
  const item = { kind: { S: 'account' }, name: { S: 'aaa' }, record: { S: '{"version":2}' } };
  await client.send(new PutItemCommand({ TableName: table, Item: item }));
  await assert.rejects(directory.accounts(), { name: 'PermanentFault', message: /account aaa has version 2/ });
});

test('a table that is missing is a permanent fault', async (t) => {
  const { client } = await open(t);
  const directory = new DynamoDirectory({ client, table: 'no-such-table', now: Date.now });
  await assert.rejects(directory.accounts(), PermanentFault);
});

/** `directory` calls over a line that may fail; `other` is another process's. */
async function open(t: TestContext) {
  const client = dynamoClient(t, dynamo.caller);
  const { directory: table } = await createTables(client);
  const line = await startFaultyDynamo(dynamo);
  t.after(() => line.close());
  const clock = { now: 1_700_000_000_000 };
  const now = (): number => clock.now;
  return {
    directory: new DynamoDirectory({ client: dynamoClient(t, line.caller), table, now }),
    other: new DynamoDirectory({ client, table, now }),
    client,
    table,
    clock,
    line,
  };
}

function account(name: string, senders: readonly string[] = [`${name}@example.jp`]): Account {
  return { login: `${name}@mail.example.jp`, senders, disabled: false, created: 1_700_000_000_123 };
}
