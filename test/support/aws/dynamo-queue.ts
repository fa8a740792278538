// A queue on DynamoDB for one test: fresh tables, bodies and a doorbell in memory.

import type { TestContext } from 'node:test';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoQueue } from '#shared/aws/queue.ts';
import { MemoryBodies } from '../memory-bodies.ts';
import { MemoryDoorbell } from '../memory-doorbell.ts';
import { createTables, dynamoClient, type DynamoStandIn } from './dynamo.ts';

export type QueueOnDynamo = {
  readonly queue: DynamoQueue;
  readonly spool: MemoryBodies;
  readonly bell: MemoryDoorbell;
  readonly client: DynamoDBClient;
  readonly table: string;
};

export async function openDynamoQueue(t: TestContext, { caller }: DynamoStandIn): Promise<QueueOnDynamo> {
  const client = dynamoClient(t, caller);
  const { queue: table } = await createTables(client);
  const spool = new MemoryBodies();
  const bell = new MemoryDoorbell();
  return { queue: new DynamoQueue({ client, table, doorbell: bell, bodies: spool }), spool, bell, client, table };
}
