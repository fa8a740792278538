// DynamoDB in this process, by dynalite: HTTP on loopback, so that other processes find it through AWS_ENDPOINT_URL_DYNAMODB.
// The tables are made from the same records as the deployed ones.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type AttributeDefinition, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Caller, clientOptions } from '#shared/aws/client-options.ts';
import { DIRECTORY_TABLE, QUEUE_TABLE } from '#shared/config/records.ts';

export type DynamoStandIn = { readonly caller: Required<Caller>; close(): Promise<void> };

const require = createRequire(import.meta.url);
const dynalite = require('dynalite') as (options: { createTableMs: number }) => Server;

/** Milliseconds. */
const PATIENCE = 10_000;

export async function startDynamo(): Promise<DynamoStandIn> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    caller: callerOf(port),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

export function callerOf(port: number): Required<Caller> {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'ap-northeast-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** As the programs' clients are, but for its patience: a busy machine is not an outage. Ends behind the test. */
export function dynamoClient(t: TestContext, caller: Caller): DynamoDBClient {
  const { requestHandler, ...options } = clientOptions(PATIENCE, caller);
  const client = new DynamoDBClient({
    ...options,
    requestHandler: { ...requestHandler, connectionTimeout: PATIENCE },
  });
  t.after(() => client.destroy());
  return client;
}

/** A queue's and a directory's table, empty, of names that no others have. */
export async function createTables(client: DynamoDBClient): Promise<{ queue: string; directory: string }> {
  const run = randomUUID();
  const queue = `queue-${run}`;
  const directory = `directory-${run}`;
  const { partitionKey, sortKey, dueIndex } = QUEUE_TABLE;
  await client.send(
    new CreateTableCommand({
      TableName: queue,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        ...stringsOf(partitionKey, sortKey, dueIndex.partitionKey),
        { AttributeName: dueIndex.sortKey, AttributeType: 'N' },
      ],
      KeySchema: keysOf({ partitionKey, sortKey }),
      GlobalSecondaryIndexes: [
        { IndexName: dueIndex.name, KeySchema: keysOf(dueIndex), Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    }),
  );
  await client.send(
    new CreateTableCommand({
      TableName: directory,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: stringsOf(DIRECTORY_TABLE.partitionKey, DIRECTORY_TABLE.sortKey),
      KeySchema: keysOf(DIRECTORY_TABLE),
    }),
  );
  return { queue, directory };
}

function stringsOf(...names: readonly string[]): AttributeDefinition[] {
  return names.map((name) => ({ AttributeName: name, AttributeType: 'S' }));
}

function keysOf({ partitionKey, sortKey }: { readonly partitionKey: string; readonly sortKey: string }) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
}
