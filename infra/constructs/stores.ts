// Where the relay keeps what it must not lose: bodies, queue entries, accounts, password verifiers, the certificate; and the
// doorbell, which may lose a ring. Keys are those of shared/config/records.ts. Every store is kept when the stack goes, and has a
// logical id that never changes (a new one would be a new, empty store). What a program may do there, and the variables
// that tell it where, are given together by one `grant…` for each use: exact actions, all of them in this file.

import { CfnOutput, type CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Variable } from '#shared/config/environment.ts';
import { outputOf } from '#shared/config/outputs.ts';
import { DIRECTORY_TABLE, LAST_USE, LOGIN_FAILURE, QUEUE_TABLE, type TableSchema } from '#shared/config/records.ts';
import { DOORBELL_VISIBILITY } from '#shared/config/timing.ts';
import { allow, type Program } from './program.ts';

export type StoresProps = {
  readonly deletionProtection: boolean;
  readonly credentialSecrets: number;
  /** A secret with passwords for relayhost. */
  readonly relayhostPasswords: boolean;
};

/** A ring that so many delivers could not settle is no ring but a fault: half a day of trying. */
const MOST_RECEIVES = 120;

export class Stores extends Construct {
  readonly queueTable: TableV2;
  readonly directoryTable: TableV2;
  readonly spool: Bucket;
  readonly doorbell: Queue;
  readonly lostRings: Queue;
  readonly credentials: readonly CfnSecret[];
  readonly certificate: CfnSecret;
  readonly relayhost: CfnSecret | undefined;

  constructor(scope: Construct, id: string, props: StoresProps) {
    super(scope, id);
    this.queueTable = this.#table('QueueTable', QUEUE_TABLE, props.deletionProtection);
    const { name: indexName, partitionKey, sortKey } = QUEUE_TABLE.dueIndex;
    this.queueTable.addGlobalSecondaryIndex({
      indexName,
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.directoryTable = this.#table('DirectoryTable', DIRECTORY_TABLE, props.deletionProtection);
    this.spool = this.#bucket('SpoolBucket');
    this.lostRings = new Queue(this, 'LostRings', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.doorbell = new Queue(this, 'Doorbell', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(DOORBELL_VISIBILITY),
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: this.lostRings, maxReceiveCount: MOST_RECEIVES },
    });
    this.credentials = Array.from({ length: props.credentialSecrets }, (_, i) =>
      this.#secret(`Credentials${i + 1}`, `Verifiers of passwords (${i + 1}); written by relayctl alone`),
    );
    this.certificate = this.#secret('Certificate', "The listener's certificate and its key");
    this.relayhost = props.relayhostPasswords
      ? this.#secret('Relayhost', 'Passwords for relayhost, in the form of smtp_sasl_password_maps')
      : undefined;
  }

  /** Takes a message: its body, its entries, the ring; and takes back entries of which not all were stored. */
  grantEnqueue(program: Program): void {
    allow(program, ['s3:PutObject'], [this.spool.arnForObjects('*')]);
    allow(program, ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], [this.queueTable.tableArn]);
    allow(program, ['sqs:SendMessage'], [this.doorbell.queueArn]);
    this.#tell(program, 'SPOOL_BUCKET', 'QUEUE_TABLE', 'DOORBELL_URL');
    this.#acknowledgeBodies(program);
  }

  /** Checks passwords, and notes their use and failed logins. */
  grantLogins(program: Program): void {
    allow(
      program,
      ['secretsmanager:GetSecretValue'],
      this.credentials.map(({ ref }) => ref),
    );
    // When a password was used last, and no item of another kind: accounts are not the listener's to write.
    allow(program, ['dynamodb:PutItem'], [this.directoryTable.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [LAST_USE] },
    });
    allow(program, ['dynamodb:UpdateItem'], [this.directoryTable.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [LOGIN_FAILURE] },
    });
    this.#tell(program, 'CREDENTIALS_SECRETS');
    this.grantDirectory(program);
  }

  /** Looks accounts up. */
  grantDirectory(program: Program): void {
    allow(program, ['dynamodb:Query'], [this.directoryTable.tableArn]);
    this.#tell(program, 'DIRECTORY_TABLE');
  }

  grantReadCertificate(program: Program): void {
    allow(program, ['secretsmanager:GetSecretValue'], [this.certificate.ref]);
    this.#tell(program, 'CERTIFICATE_SECRET');
  }

  grantRenewCertificate(program: Program): void {
    allow(program, ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [this.certificate.ref]);
    this.#tell(program, 'CERTIFICATE_SECRET');
  }

  /** Claims entries, reads bodies, and settles what became of them: the last entry of a body deletes it. */
  grantDeliver(program: Program): void {
    allow(program, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.doorbell.queueArn]);
    allow(program, ['dynamodb:UpdateItem', 'dynamodb:Query', 'dynamodb:DeleteItem'], [this.queueTable.tableArn]);
    allow(program, ['s3:GetObject', 's3:DeleteObject'], [this.spool.arnForObjects('*')]);
    // Without it S3 answers 403 for a body that is missing, and not 404.
    allow(program, ['s3:ListBucket'], [this.spool.bucketArn]);
    this.#tell(program, 'SPOOL_BUCKET', 'QUEUE_TABLE');
    this.#acknowledgeBodies(program);
  }

  grantRelayhostPasswords(program: Program): void {
    if (this.relayhost === undefined) return;
    allow(program, ['secretsmanager:GetSecretValue'], [this.relayhost.ref]);
    this.#tell(program, 'RELAYHOST_SECRET');
  }

  /** Finds what is due and rings for it, counts the queue, sweeps bodies that no entry names. */
  grantQueueRun(program: Program): void {
    const { tableArn } = this.queueTable;
    allow(program, ['dynamodb:Query'], [tableArn, `${tableArn}/index/${QUEUE_TABLE.dueIndex.name}`]);
    allow(program, ['dynamodb:BatchGetItem', 'dynamodb:Scan'], [tableArn]);
    allow(program, ['sqs:SendMessage', 'sqs:GetQueueAttributes'], [this.doorbell.queueArn]);
    allow(program, ['s3:ListBucket'], [this.spool.bucketArn]);
    allow(program, ['s3:DeleteObject'], [this.spool.arnForObjects('*')]);
    this.#tell(program, 'SPOOL_BUCKET', 'QUEUE_TABLE', 'DOORBELL_URL');
    this.#acknowledgeBodies(program);
  }

  /** For relayctl --stack. */
  printOutputs(): void {
    const stack = Stack.of(this);
    for (const [variable, value] of Object.entries(this.#values()) as [Variable, string][]) {
      new CfnOutput(stack, outputOf(variable), { value });
    }
  }

  #values(): Partial<Record<Variable, string>> {
    return {
      QUEUE_TABLE: this.queueTable.tableName,
      DIRECTORY_TABLE: this.directoryTable.tableName,
      SPOOL_BUCKET: this.spool.bucketName,
      DOORBELL_URL: this.doorbell.queueUrl,
      CREDENTIALS_SECRETS: this.credentials.map(({ ref }) => ref).join(','),
      CERTIFICATE_SECRET: this.certificate.ref,
      ...(this.relayhost === undefined ? {} : { RELAYHOST_SECRET: this.relayhost.ref }),
    };
  }

  #tell(program: Program, ...variables: readonly Variable[]): void {
    const values = this.#values();
    for (const variable of variables) program.tell(variable, values[variable] ?? '');
  }

  #acknowledgeBodies(program: Program): void {
    Validations.of(program).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::<SpoolBucket.Arn>/*]',
      reason: 'A body has a name of its own: this program may touch any body, and nothing but bodies is in the bucket.',
    });
  }

  #table(id: string, { partitionKey, sortKey, timeToLive }: TableSchema, deletionProtection: boolean): TableV2 {
    const table = new TableV2(this, id, {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    return pinned(table, id);
  }

  #bucket(id: string): Bucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // Never one that expires bodies: a message may wait longer than anybody foresees.
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Each body is written, read and deleted once by these programs, which log it by its queue id.',
    });
    return pinned(bucket, id);
  }

  /** Without a value: one that a template set would be set again, over everybody's passwords, when the template changes. */
  #secret(id: string, description: string): CfnSecret {
    const secret = new CfnSecret(this, id, { description });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    secret.overrideLogicalId(id);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Nothing here is a password of its own: relayctl, the certificate program or the operator renews what it holds.',
    });
    return secret;
  }
}

function pinned<T extends TableV2 | Bucket>(store: T, id: string): T {
  (store.node.defaultChild as CfnResource).overrideLogicalId(id);
  return store;
}
