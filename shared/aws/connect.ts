// Opens the providers of a program on AWS from its environment: where the stores are stands in the variables of
// shared/config/environment.ts, region, credentials and endpoints in those of the SDK. One function a provider, so that a
// bundle holds only the clients that its program uses. Nothing is called yet; a variable that is missing is an EnvironmentError.

import { tmpdir } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readEnvironment, readOptional, type Environment } from '#shared/config/environment.ts';
import type { Settings } from '#shared/config/settings.ts';
import type { ExternalAccount } from '#shared/ports/authority.ts';
import type { Doorbell } from '#shared/ports/doorbell.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Policy } from '#shared/ports/policy.ts';
import type { StoredBodies } from '#shared/ports/spool.ts';
import { SecretCertificates } from './certificates.ts';
import { clientOptions } from './client-options.ts';
import { SecretCredentials } from './credentials.ts';
import { DynamoDirectory } from './directory.ts';
import { SqsDoorbell } from './doorbell.ts';
import { readExternalAccount } from './external-account.ts';
import { DynamoLastUses } from './last-use.ts';
import { DynamoLoginFailures } from './login-failures.ts';
import { createLambdaPolicy } from './policy.ts';
import { DynamoQueue } from './queue.ts';
import { SesQuota } from './quota.ts';
import { createRelayhostPasswords } from './relayhost-passwords.ts';
import { S3Spool } from './spool.ts';
import { Route53Zone } from './zone.ts';

/** Milliseconds for one attempt of a call that carries little. */
const CALL = 5 * 1000;
/** A body of the largest size, between neighbours. */
const BODY = 30 * 1000;
/** Route 53's control plane is far, and slower. */
const ZONE_CALL = 10 * 1000;
/** Twice this, and the pause between, is below what the listener waits for a verdict (POLICY_TIMEOUT). */
const VERDICT = 4 * 1000;
const VERDICT_ATTEMPTS = 2;

/** `scratch`: the folder where a body that comes in waits until it goes up. */
export function connectSpool(env: Environment, scratch: string = tmpdir()): S3Spool {
  const { SPOOL_BUCKET: bucket } = readEnvironment(env, ['SPOOL_BUCKET']);
  return new S3Spool({ client: new S3Client(clientOptions(BODY)), bucket, scratch });
}

export function connectDoorbell(env: Environment): SqsDoorbell {
  const { DOORBELL_URL: url } = readEnvironment(env, ['DOORBELL_URL']);
  return new SqsDoorbell({ client: new SQSClient(clientOptions(CALL)), url });
}

export type QueueNeighbours = {
  readonly doorbell: Pick<Doorbell, 'ring'>;
  readonly bodies: Pick<StoredBodies, 'remove'>;
  readonly log: Log;
};

export function connectQueue(env: Environment, neighbours: QueueNeighbours): DynamoQueue {
  const { QUEUE_TABLE: table } = readEnvironment(env, ['QUEUE_TABLE']);
  return new DynamoQueue({ client: new DynamoDBClient(clientOptions(CALL)), table, ...neighbours });
}

export function connectDirectory(env: Environment, now: () => number): DynamoDirectory {
  const { DIRECTORY_TABLE: table } = readEnvironment(env, ['DIRECTORY_TABLE']);
  return new DynamoDirectory({ client: new DynamoDBClient(clientOptions(CALL)), table, now });
}

export function connectLastUses(env: Environment): DynamoLastUses {
  const { DIRECTORY_TABLE: table } = readEnvironment(env, ['DIRECTORY_TABLE']);
  return new DynamoLastUses({ client: new DynamoDBClient(clientOptions(CALL)), table });
}

export function connectLoginFailures(env: Environment): DynamoLoginFailures {
  const { DIRECTORY_TABLE: table } = readEnvironment(env, ['DIRECTORY_TABLE']);
  return new DynamoLoginFailures({ client: new DynamoDBClient(clientOptions(CALL)), table });
}

export type CredentialsOptions = {
  /** Milliseconds. */
  readonly refreshTime: number;
  readonly now: () => number;
  readonly log: Log;
};

export function connectCredentials(env: Environment, options: CredentialsOptions): SecretCredentials {
  const { CREDENTIALS_SECRETS } = readEnvironment(env, ['CREDENTIALS_SECRETS']);
  return new SecretCredentials({ client: secretsManager(), secrets: CREDENTIALS_SECRETS.split(','), ...options });
}

export function connectCertificates(env: Environment): SecretCertificates {
  const { CERTIFICATE_SECRET: secret } = readEnvironment(env, ['CERTIFICATE_SECRET']);
  return new SecretCertificates({ client: secretsManager(), secret });
}

/** Undefined where the authority asks for none. The secret is read at each call. */
export function connectExternalAccount(env: Environment): (() => Promise<ExternalAccount>) | undefined {
  const secret = readOptional(env, 'ACME_EXTERNAL_ACCOUNT');
  return secret === undefined ? undefined : () => readExternalAccount(secretsManager(), secret);
}

export function connectPolicy(env: Environment): Policy {
  const { POLICY_FUNCTION: functionName } = readEnvironment(env, ['POLICY_FUNCTION']);
  return createLambdaPolicy({ client: new LambdaClient(clientOptions(VERDICT, {}, VERDICT_ATTEMPTS)), functionName });
}

export function connectZone(env: Environment): Route53Zone {
  const { HOSTED_ZONE: zoneId } = readEnvironment(env, ['HOSTED_ZONE']);
  return new Route53Zone({ client: new Route53Client(clientOptions(ZONE_CALL)), zoneId });
}

export function connectQuota({ ses_region: region }: Pick<Settings, 'ses_region'>): SesQuota {
  return new SesQuota({ client: new SESv2Client({ ...clientOptions(CALL), ...(region === '' ? {} : { region }) }) });
}

/** The text of the file of logins for relayhost, as it is now; no variable, no login. */
export function connectRelayhostPasswords(env: Environment, now: () => number): () => Promise<string | undefined> {
  if (env['RELAYHOST_SECRET'] === undefined) return async () => undefined;
  const { RELAYHOST_SECRET: secret } = readEnvironment(env, ['RELAYHOST_SECRET']);
  return createRelayhostPasswords({ client: secretsManager(), secret, now });
}

function secretsManager(): SecretsManagerClient {
  return new SecretsManagerClient(clientOptions(CALL));
}
