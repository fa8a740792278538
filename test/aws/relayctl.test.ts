// relayctl as its operator starts it, with the stores of a stack: AWS is stand-ins, found as the SDK finds AWS.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '#shared/aws/client-options.ts';
import { DynamoDirectory } from '#shared/aws/directory.ts';
import { parseRing, SqsDoorbell } from '#shared/aws/doorbell.ts';
import { DynamoQueue } from '#shared/aws/queue.ts';
import { S3Spool } from '#shared/aws/spool.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { startCloudFormation } from '../support/aws/cloudformation.ts';
import { createTables, startDynamo } from '../support/aws/dynamo.ts';
import { startLambda } from '../support/aws/lambda.ts';
import { startS3AndSqs } from '../support/aws/s3-and-sqs.ts';
import { startSecretsManager } from '../support/aws/secrets-manager.ts';
import { entryOf } from '../support/entry.ts';
import { run, type Ran, temporaryFolder } from '../support/relay-process.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';

const STACK = 'test';
const LOGIN = 'aaa@mail.example.jp';
const BUCKET = 'spool';

type Aws = Awaited<ReturnType<typeof startAws>>;

let aws: Aws;
before(async () => {
  aws = await startAws();
});
after(() => aws.close());

async function startAws() {
  const [cloudFormation, dynamo, stores, secrets] = await Promise.all([
    startCloudFormation(),
    startDynamo(),
    startS3AndSqs(),
    startSecretsManager(),
  ]);
  const renewals: unknown[] = [];
  const lambda = await startLambda({
    certificate(event) {
      renewals.push(event);
      if (renewals.length > 1) throw new Error('too many already issued');
      return 'a new certificate is in place: 89 days left';
    },
  });
  const dynamoClient = new DynamoDBClient(clientOptions(5000, dynamo.caller));
  const s3 = new S3Client(clientOptions(5000, stores.caller));
  const sqs = new SQSClient(clientOptions(5000, stores.caller));
  const tables = await createTables(dynamoClient);
  await stores.createBucket(BUCKET);
  const doorbellUrl = await stores.createQueue('doorbell');
  const doorbell = new SqsDoorbell({ client: sqs, url: doorbellUrl });
  const spool = new S3Spool({ client: s3, bucket: BUCKET, scratch: '/tmp' });
  const credentials = secrets.store.create({ Name: 'credentials' }).ARN;
  const certificate = secrets.store.create({ Name: 'certificate' }).ARN;
  const outputs = {
    Hostname: 'smtp.example.jp',
    LocalDomain: 'mail.example.jp',
    SubmissionPort: '587',
    SmtpsPort: '465',
    CertificateFunction: 'certificate',
    QueueTable: tables.queue,
    DirectoryTable: tables.directory,
    SpoolBucket: BUCKET,
    DoorbellUrl: doorbellUrl,
    CredentialsSecrets: credentials,
    CertificateSecret: certificate,
  };
  cloudFormation.stacks.set(STACK, { status: 'UPDATE_COMPLETE', outputs });
  return {
    cloudFormation,
    outputs,
    secrets,
    stores,
    lambda,
    renewals,
    spool,
    queue: new DynamoQueue({ client: dynamoClient, table: tables.queue, doorbell, bodies: spool }),
    /** A directory of its own for each lookup: one keeps what it has read for some seconds. */
    account: (login: string) =>
      new DynamoDirectory({ client: dynamoClient, table: tables.directory, now: Date.now }).account(login),
    environment: {
      PATH: process.env['PATH'],
      TZ: 'UTC',
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.caller.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.caller.endpoint,
      AWS_ENDPOINT_URL_S3: stores.caller.endpoint,
      AWS_ENDPOINT_URL_SQS: stores.caller.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.caller.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: lambda.caller.endpoint,
    },
    async close() {
      for (const client of [dynamoClient, s3, sqs]) client.destroy();
      await Promise.all([cloudFormation, dynamo, stores, secrets, lambda].map((standIn) => standIn.close()));
    },
  };
}

function says(args: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}): Promise<Ran> {
  return run('functions/relayctl/main.ts', args, { ...aws.environment, ...environment });
}

/** What it printed, about the stack. Rejects if it could not do what it was told to. */
async function gets(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await says(['--stack', STACK, ...args]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '));
  return stdout;
}

async function enqueue(id: string, text: string): Promise<Entry> {
  const body = aws.spool.create(id);
  await body.write(Buffer.from(text));
  await body.seal();
  const entry = entryOf({ id, body: id, size: text.length, arrived: Date.now(), due: Date.now() });
  await aws.queue.enqueue([entry]);
  return entry;
}

test('an account is a record in DynamoDB, and its password a verifier in Secrets Manager', async () => {
  const added = await gets('account', 'add', 'aaa');
  const [, password = ''] = /^ {2}(\S+)$/m.exec(added) ?? [];
  assert.match(password, /^([a-z2-9]{4}-){6}[a-z2-9]{2}$/);
  assert.match(added, /^For the home server: npx relayctl --stack test postfix-config aaa@mail\.example\.jp$/m);
  assert.deepEqual((await aws.account(LOGIN))?.senders, [LOGIN]);
  const stored = aws.secrets.store.valueOf('credentials') ?? '';
  assert.match(stored, new RegExp(LOGIN));
  assert.doesNotMatch(stored, new RegExp(password));

  assert.match(await gets('account', 'password', 'aaa'), /^aaa@mail\.example\.jp has a new password; /);
  assert.notEqual(aws.secrets.store.valueOf('credentials'), stored);

  const [accounts, config] = await Promise.all([gets('account', 'list'), gets('postfix-config', '--wrappermode')]);
  assert.match(accounts, /^aaa@mail\.example\.jp +aaa@mail\.example\.jp +enabled +1 /m);
  assert.match(config, /^relayhost = \[smtp\.example\.jp\]:465$/m);

  assert.equal(await gets('account', 'remove', 'aaa'), `Removed ${LOGIN}.\n`);
  assert.equal(await aws.account(LOGIN), undefined);
  assert.doesNotMatch(aws.secrets.store.valueOf('credentials') ?? '', new RegExp(LOGIN));
});

test('mail in the queue is listed, shown, held, released with a ring, and deleted with its body', async () => {
  const text = 'Subject: kept\r\n\r\nhello\r\n';
  const [kept, other] = [await enqueue('4Zx1', text), await enqueue('4Zx2', 'Subject: other\r\n\r\n')];
  assert.equal(await gets('queue', 'show', '--body', kept.id), text);
  assert.equal(await gets('queue', 'hold', kept.id), 'Put 1 message on hold.\n');
  assert.match(await gets('queue', 'list'), /^4Zx1! [^]*^4Zx2 [^]*in 2 Requests\.$/m);
  await aws.stores.receive(aws.outputs.DoorbellUrl);
  assert.equal(await gets('queue', 'release', kept.id), 'Released 1 message from hold: due now.\n');
  const rings = await aws.stores.receive(aws.outputs.DoorbellUrl);
  assert.deepEqual(rings.flatMap(parseRing), [kept.id]);

  assert.equal(await gets('queue', 'delete', kept.id, other.id), 'Deleted 2 messages.\n');
  assert.equal(await aws.spool.open(kept.body), undefined);
  assert.deepEqual(await aws.queue.list(), []);
});

test('the certificate is renewed by its program, and shown and put as the secret that it is', async (t) => {
  const pair = await throwawayCertificate('smtp.example.jp');
  const folder = await temporaryFolder(t);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(cert, pair.cert), writeFile(key, pair.key)]);
  assert.match(await gets('certificate', 'renew'), /^Done: a new certificate is in place: 89 days left; /m);
  const { stderr } = await says(['--stack', STACK, 'certificate', 'renew']);
  assert.equal(stderr, 'relayctl: no new certificate was made: too many already issued; try again\n');
  assert.deepEqual(aws.renewals, [{ force: true }, { force: true }]);

  const put = ['--stack', 'zoneless', 'certificate', 'put', '--cert', cert, '--key', key];
  const { CertificateFunction: _, ...outputs } = aws.outputs;
  aws.cloudFormation.stacks.set('zoneless', { status: 'CREATE_COMPLETE', outputs });
  assert.match((await says(put)).stdout, /^Stored; /m);
  assert.match(await gets('certificate', 'show'), /^names +smtp\.example\.jp$/m);
  const secret = aws.secrets.store.valueOf('certificate') ?? '';
  assert.match(secret, /BEGIN PRIVATE KEY/);
  assert.ok(secret.includes(JSON.stringify(await readFile(cert, 'utf8'))));
});

test('what cannot be done says why and what to do', async () => {
  const about = ['--stack', STACK];
  aws.secrets.outage = { status: 400, type: 'AccessDeniedException', message: 'not authorized to perform: it' };
  const refusals: [args: string[], complaint: RegExp, environment?: Record<string, undefined>][] = [
    [
      ['--stack', 'no', '--region', 'eu-west-1', 'queue', 'list'],
      /^there is no stack no in eu-west-1 .*; check --stack, /,
    ],
    [[...about, 'queue', 'list'], /^no AWS credentials .*aws sso login/, { AWS_ACCESS_KEY_ID: undefined }],
    [[...about, 'outbox', 'list'], /^a relay on AWS has no outbox; relayctl queue list shows /],
    [[...about, 'account', 'add', 'bbb'], /AccessDeniedException: not authorized to perform: it$/],
  ];
  for (const [args, complaint, environment] of refusals) {
    const { status, stderr } = await says(args, environment);
    assert.equal(status, 1);
    assert.match(stderr, /^relayctl: [^\n]+\n$/);
    assert.match(stderr.slice('relayctl: '.length, -1), complaint);
  }
});
