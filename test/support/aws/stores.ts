// The stores of a deployed relay for one test, empty, on the stand-ins; the environment that tells a bundle where they are; and
// providers on them, for the test itself. All of it ends behind the test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '#shared/aws/client-options.ts';
import { DynamoDirectory } from '#shared/aws/directory.ts';
import { SqsDoorbell } from '#shared/aws/doorbell.ts';
import { DynamoQueue } from '#shared/aws/queue.ts';
import { S3Spool } from '#shared/aws/spool.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { startSes, type SesStandIn } from '../ses-stand-in.ts';
import { createTables, dynamoClient, startDynamo, type DynamoStandIn } from './dynamo.ts';
import { type S3AndSqs, startS3AndSqs } from './s3-and-sqs.ts';

export type Stores = {
  /** For a bundle. */
  readonly env: Readonly<Record<string, string>>;
  readonly dynamo: DynamoStandIn;
  readonly s3AndSqs: S3AndSqs;
  readonly ses: SesStandIn;
  readonly queue: DynamoQueue;
  readonly spool: S3Spool;
  readonly directory: DynamoDirectory;
  /** The bodies of the rings that nobody has received yet. They are received by it, and for some seconds nobody else gets them. */
  rings(): Promise<string[]>;
  /** Stores one body, and entries of it. */
  accept(entries: readonly Entry[], message: string): Promise<void>;
};

const BUCKET = 'bodies';
const TIMEOUT = 5000;

export type StoresOptions = {
  /** The doorbell's, as SQS names them. */
  readonly doorbell?: Readonly<Record<string, string>>;
};

export async function startStores(t: TestContext, { doorbell = {} }: StoresOptions = {}): Promise<Stores> {
  const [dynamo, s3AndSqs, ses] = await Promise.all([startDynamo(), startS3AndSqs(), startSes()]);
  for (const standIn of [dynamo, s3AndSqs, ses]) t.after(() => standIn.close());
  const scratch = await mkdtemp(join(tmpdir(), 'op25b-scratch-'));
  t.after(() => rm(scratch, { recursive: true }));

  const client = dynamoClient(t, dynamo.caller);
  const tables = await createTables(client);
  await s3AndSqs.createBucket(BUCKET);
  const url = await s3AndSqs.createQueue('doorbell', doorbell);

  const s3 = new S3Client(clientOptions(TIMEOUT, s3AndSqs.caller));
  const sqs = new SQSClient(clientOptions(TIMEOUT, s3AndSqs.caller));
  t.after(() => [s3, sqs].forEach((each) => each.destroy()));
  const spool = new S3Spool({ client: s3, bucket: BUCKET, scratch });
  const queue = new DynamoQueue({
    client,
    table: tables.queue,
    doorbell: new SqsDoorbell({ client: sqs, url }),
    bodies: spool,
  });

  return {
    env: {
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.caller.endpoint,
      AWS_ENDPOINT_URL_S3: s3AndSqs.caller.endpoint,
      AWS_ENDPOINT_URL_SQS: s3AndSqs.caller.endpoint,
      AWS_ENDPOINT_URL_SESV2: ses.caller.endpoint,
      QUEUE_TABLE: tables.queue,
      DIRECTORY_TABLE: tables.directory,
      SPOOL_BUCKET: BUCKET,
      DOORBELL_URL: url,
      METRICS_NAMESPACE: 'Relay',
      METRICS_LEVEL: 'scale',
      DELIVER_LEASE: '330',
    },
    dynamo,
    s3AndSqs,
    ses,
    queue,
    spool,
    directory: new DynamoDirectory({ client, table: tables.directory, now: Date.now }),
    rings: () => s3AndSqs.receive(url),
    async accept(entries, message) {
      const writer = spool.create(entries[0]?.body ?? '');
      await writer.write(Buffer.from(message));
      await writer.seal();
      await queue.enqueue(entries);
    },
  };
}
