import { test } from 'node:test';
import { staysInStep } from '../contracts/queue-model.ts';
import { startDynamo } from '../support/aws/dynamo.ts';
import { openDynamoQueue } from '../support/aws/dynamo-queue.ts';

/** Each step is some HTTP calls to a slow stand-in. */
const RUNS = 15;

test('the queue on DynamoDB is in step with a simple model of it, whatever is done in whatever order', async (t) => {
  const dynamo = await startDynamo();
  t.after(() => dynamo.close());
  const { queue, spool } = await openDynamoQueue(t, dynamo);
  await staysInStep({ queue, spool }, RUNS);
});
