import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { QUEUE_TABLE } from '#shared/config/records.ts';
import { WRITE_UNITS } from '../costs/per-million.ts';
import { startDynamo } from '../support/aws/dynamo.ts';
import { openDynamoQueue } from '../support/aws/dynamo-queue.ts';
import { entryOf } from '../support/entry.ts';

const dynamo = await startDynamo();
after(() => dynamo.close());

const NOW = 1_800_000_000_000;
const OWNER = 'a deliver';

/**
 * Write units so far. DynamoDB says the item's; a change of the index is told by what it holds before and after: a unit for
 * each key that went and for each that came, since keys are far below a KB.
 */
function meterUnits(client: DynamoDBClient, table: string) {
  let ofItems = 0;
  client.middlewareStack.add(
    (next) => async (call) => {
      const input = call.input as { ReturnConsumedCapacity?: string };
      const result = await next({ ...call, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } });
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      if ('Item' in input || 'Key' in input) ofItems += ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize' },
  );
  let before: ReadonlySet<string> = new Set();
  let ofIndex = 0;
  return async (): Promise<number> => {
    const { Items = [] } = await client.send(
      new ScanCommand({ TableName: table, IndexName: QUEUE_TABLE.dueIndex.name }),
    );
    const now = new Set(Items.map((keys) => JSON.stringify(keys)));
    const changed = [...[...now].filter((keys) => !before.has(keys)), ...[...before].filter((keys) => !now.has(keys))];
    ofIndex += changed.length;
    before = now;
    return ofItems + ofIndex;
  };
}

async function openMetered(t: TestContext) {
  const { queue, client, table } = await openDynamoQueue(t, dynamo);
  return { queue, units: meterUnits(client, table) };
}

test('a message is enqueued, claimed and done with as many write units as docs/costs.md says', async (t) => {
  const { queue, units } = await openMetered(t);
  const entry = entryOf({ due: NOW });
  await queue.enqueue([entry]);
  assert.equal(await units(), 2);
  await queue.claim({ owner: OWNER, now: NOW, lease: 60_000, limit: 10, ids: [entry.id] });
  assert.equal(await units(), 3);
  await queue.settle(entry.id, OWNER, { kind: 'done' });
  assert.equal(await units(), WRITE_UNITS);
});
