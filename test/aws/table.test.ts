import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { attributes } from '#shared/aws/expression.ts';
import { type Item, Table } from '#shared/aws/table.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { createTables, dynamoClient, startDynamo } from '../support/aws/dynamo.ts';

test('what DynamoDB leaves out of a batch is asked for again', async (t) => {
  const { table, keys } = await openWithItems(t, (asked) => Math.ceil(asked / 2));
  const items = await table.getAll(keys, attributes('id'));
  assert.deepEqual(new Set(items.map(({ id }) => id)), new Set(['0', '1', '2', '3', '4']));
  assert.equal(items.length, 5);
});

test('a batch that is never answered whole is a temporary fault', async (t) => {
  const { table, keys } = await openWithItems(t, () => 1);
  assert.equal((await table.getAll(keys, attributes('id'))).length, 5);
  await assert.rejects(table.getAll([...keys, { body: 'B', id: 'none' }], attributes('id')), TemporaryFault);
});

/** Five items in a table that answers only some of what is asked for. */
async function openWithItems(t: TestContext, answered: (asked: number) => number) {
  const dynamo = await startDynamo();
  t.after(() => dynamo.close());
  const client = dynamoClient(t, dynamo.caller);
  const { queue: name } = await createTables(client);
  const table = new Table(client, name);
  const keys: Item[] = Array.from({ length: 5 }, (_, i) => ({ body: 'B', id: String(i) }));
  for (const key of keys) await table.put(key);
  client.middlewareStack.add(
    (next) => async (args) => {
      const { RequestItems } = args.input as BatchGetItemCommandInput;
      const request = RequestItems?.[name];
      const asked = request?.Keys ?? [];
      const some = asked.slice(0, answered(asked.length));
      const rest = asked.slice(some.length);
      const result = await next({ ...args, input: { RequestItems: { [name]: { ...request, Keys: some } } } });
      const output = result.output as BatchGetItemCommandOutput;
      if (rest.length > 0) output.UnprocessedKeys = { [name]: { ...request, Keys: rest } };
      return result;
    },
    { step: 'initialize' },
  );
  return { table, keys };
}
