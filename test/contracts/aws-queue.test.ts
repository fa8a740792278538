import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoStandIn, startDynamo } from '../support/aws/dynamo.ts';
import { skipDynamoLocal, startDynamoLocal } from '../support/aws/dynamo-local.ts';
import { openDynamoQueue } from '../support/aws/dynamo-queue.ts';
import { entryOf } from '../support/entry.ts';
import { queueContract } from './queue.ts';

onDynamo('AWS (dynalite)', startDynamo);
// dynalite does not count what an index costs.
onDynamo('AWS (DynamoDB Local)', startDynamoLocal, { skip: skipDynamoLocal, counts: true });

function onDynamo(
  provider: string,
  start: () => Promise<DynamoStandIn>,
  { skip = false, counts = false }: { skip?: string | false; counts?: boolean } = {},
): void {
  suite(provider, { skip }, () => {
    let dynamo: DynamoStandIn;
    before(async () => {
      dynamo = await start();
    });
    after(() => dynamo.close());

    queueContract(provider, (t) => openDynamoQueue(t, dynamo));
    if (counts) writeUnits(() => dynamo);
  });
}

function writeUnits(dynamo: () => DynamoStandIn): void {
  test('a plain message costs two write units to enqueue, one to claim and two when it is done', async (t) => {
    const { queue, client } = await openDynamoQueue(t, dynamo());
    const id = '0K5ZBN0QTX7CMDP';
    const entry = entryOf({
      id,
      body: id,
      sender: 'somebody.of.the.house@mail.example.jp',
      to: ['somebody.else@mail.example.net', 'a.third@mail.example.org'],
      client: { address: '2001:db8:1234:5678::1', helo: 'home.mail.example.jp', login: 'house@mail.example.jp' },
    });
    const owner = crypto.randomUUID();
    const units = unitsOf(client);
    await queue.enqueue([entry]);
    await queue.claim({ owner, now: entry.due, lease: 60_000, limit: 1, ids: [id] });
    assert.equal(await queue.settle(id, owner, { kind: 'done' }), true);
    assert.deepEqual(units, [2, 1, 2]);
  });
}

/** The capacity units of each call from now on. */
function unitsOf(client: DynamoDBClient): number[] {
  const units: number[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(args);
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: ConsumedCapacity };
      units.push(ConsumedCapacity?.CapacityUnits ?? Number.NaN);
      return result;
    },
    { step: 'initialize' },
  );
  return units;
}
