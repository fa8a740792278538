// The stores of a deployed relay, for its operator's tool: found through the stack's outputs, opened with the operator's own
// credentials. What the stores do they do as for the relay's programs; nothing here deploys or changes the stack.

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { tmpdir } from 'node:os';
import type { Variable } from '#shared/config/environment.ts';
import { outputOf } from '#shared/config/outputs.ts';
import type { Log } from '#shared/ports/log.ts';
import { forceRenewal } from './certificate-function.ts';
import { SecretCertificates } from './certificates.ts';
import { type Caller, clientOptions } from './client-options.ts';
import { SecretCredentials } from './credentials.ts';
import { DynamoDirectory } from './directory.ts';
import { SqsDoorbell } from './doorbell.ts';
import { DynamoQueue } from './queue.ts';
import { S3Spool } from './spool.ts';
import { readStackOutputs } from './stack-outputs.ts';

/** Milliseconds. The operator is not near, and waits. */
const REQUEST_TIMEOUT = 20 * 1000;
/** Milliseconds. A command is over long before. */
const CREDENTIALS_REFRESH_TIME = 60 * 60 * 1000;

const STORES = [
  'QUEUE_TABLE',
  'DIRECTORY_TABLE',
  'SPOOL_BUCKET',
  'DOORBELL_URL',
  'CREDENTIALS_SECRETS',
  'CERTIFICATE_SECRET',
] as const satisfies Variable[];

/** `region`: the environment's if left out. Faults as readStackOutputs; the credentials are read before it resolves. */
export async function openStackStores(stack: string, region: string | undefined, log: Log) {
  const caller: Caller = region === undefined ? {} : { region };
  const options = clientOptions(REQUEST_TIMEOUT, caller);
  const cloudFormation = new CloudFormationClient(options);
  const required = [...STORES.map(outputOf), 'Hostname', 'LocalDomain'];
  const outputs = await readStackOutputs(cloudFormation, stack, required).finally(() => cloudFormation.destroy());
  const where = (variable: (typeof STORES)[number]): string => outputs[outputOf(variable)] ?? '';

  const [dynamo, s3, sqs, secrets] = [
    new DynamoDBClient(options),
    new S3Client(options),
    new SQSClient(options),
    new SecretsManagerClient(options),
  ];
  const spool = new S3Spool({ client: s3, bucket: where('SPOOL_BUCKET'), scratch: tmpdir() });
  const doorbell = new SqsDoorbell({ client: sqs, url: where('DOORBELL_URL') });
  const credentials = new SecretCredentials({
    client: secrets,
    secrets: where('CREDENTIALS_SECRETS').split(','),
    refreshTime: CREDENTIALS_REFRESH_TIME,
    now: Date.now,
    log,
  });
  await credentials.start();
  const certificateFunction = outputs['CertificateFunction'];
  return {
    outputs,
    queue: new DynamoQueue({ client: dynamo, table: where('QUEUE_TABLE'), doorbell, bodies: spool, log }),
    spool,
    directory: new DynamoDirectory({ client: dynamo, table: where('DIRECTORY_TABLE'), now: Date.now }),
    credentials,
    certificates: new SecretCertificates({ client: secrets, secret: where('CERTIFICATE_SECRET') }),
    /** Undefined if the relay makes none. */
    renewCertificate: certificateFunction === undefined ? undefined : () => forceRenewal(certificateFunction, caller),
    async close(): Promise<void> {
      credentials.stop();
      for (const client of [dynamo, s3, sqs, secrets]) client.destroy();
    },
  };
}
