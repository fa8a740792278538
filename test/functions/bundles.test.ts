import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test, type TestContext } from 'node:test';
import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { DELIVER_TIMEOUT } from '#shared/config/timing.ts';
import { bundleProgram, type ProgramName } from '#infra/bundle.ts';
import { scheduledEvent, sqsRecord } from '../support/aws/lambda-events.ts';
import { startSecretsManager } from '../support/aws/secrets-manager.ts';
import { startFunction } from '../support/aws/lambda-runtime.ts';
import { startStores } from '../support/aws/stores.ts';
import { entryOf } from '../support/entry.ts';
import { eventually } from '../support/eventually.ts';
import { requires } from '../support/requires.ts';

const LARGEST = 1.5 * 1000 * 1000;
const SETTINGS = `
default_transport: ses
smtpd_sender_restrictions: reject_sender_login_mismatch
`;
const MESSAGE = 'Subject: hello\r\nFrom: aaa@example.jp\r\n\r\nbody\r\n';
const ANSWERED = { batchItemFailures: [] };

let out: string;
const bundles = new Map<string, string>();

before(async () => {
  out = await mkdtemp(join(tmpdir(), 'op25b-bundles-'));
});
after(() => rm(out, { recursive: true }));

function bundle(name: ProgramName, settings = SETTINGS): string {
  const key = `${name} ${settings}`;
  const text = { text: settings, file: 'relay.yaml' };
  const made =
    bundles.get(key) ??
    bundleProgram(name, loadSettings(text, { hostname: 'relay.example.jp' }), join(out, String(bundles.size)));
  bundles.set(key, made);
  return made;
}

async function start(t: TestContext, name: ProgramName, env: Readonly<Record<string, string>>) {
  const lambda = await startFunction({ bundle: bundle(name), env, timeout: DELIVER_TIMEOUT });
  t.after(() => lambda.close());
  return lambda;
}

const sqsEvent = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, i) => sqsRecord({ messageId: `059f36b4-87a3-44ab-83d2-66197${i}`, body })),
});

const fresh = (id: string, changes: Parameters<typeof entryOf>[0] = {}) =>
  entryOf({ id, body: id, arrived: Date.now(), due: Date.now(), ...changes });

/** The metrics that a function has written. */
function metricsIn(lines: readonly string[]): Record<string, unknown> {
  const records = lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line) as object);
  return Object.assign({}, ...records) as Record<string, unknown>;
}

test('every bundle is one file of at most 1.5 MB, with the settings beside it', async () => {
  for (const name of ['policy', 'deliver', 'qmgr', 'certificate'] as const) {
    const folder = bundle(name);
    assert.deepEqual((await readdir(folder)).toSorted(), ['configuration.json', 'index.mjs'], name);
    const { size } = await stat(join(folder, 'index.mjs'));
    assert.ok(size <= LARGEST, `${name}: ${size} octets`);
  }
});

suite('the bundles under the runtime client', { skip: requires({ lambdaRuntime: true }) }, () => {
  const request: PolicyRequest = {
    service: 'submission',
    client: { address: '192.0.2.1', name: 'unknown' },
    helo: 'home.example.jp',
    login: 'aaa@mail.example.jp',
    sender: 'aaa@example.jp',
    recipients: ['someone@example.net', 'other@example.net'],
  };
  const account = { login: 'aaa@mail.example.jp', senders: ['aaa@example.jp'], disabled: false, created: 0 };

  test('policy answers one verdict for each recipient, by the directory and the service’s settings', async (t) => {
    const { env, directory } = await startStores(t);
    await directory.put(account);
    const policy = await start(t, 'policy', env);
    const permit = { kind: 'permit', hold: false };
    assert.deepEqual(await policy.invoke(request), [permit, permit]);
    const [refused] = (await policy.invoke({ ...request, sender: 'bbb@example.jp' })) as Verdict[];
    assert.match(refused?.kind === 'refuse' ? refused.reply.wire : '', /^553 5\.7\.1 .*not owned by user/);
  });

  test('policy fails its call when the directory does not answer, and the call can be made again', async (t) => {
    const { env, dynamo } = await startStores(t);
    await dynamo.close();
    const policy = await start(t, 'policy', env);
    await assert.rejects(policy.invoke(request), { name: 'TemporaryFault' });
    await assert.rejects(policy.invoke(request), { name: 'TemporaryFault' });
    assert.equal(policy.starts, 1);
  });

  test('deliver sends what a ring names, forgets it, and counts it', async (t) => {
    const { env, ses, queue, spool, rings, accept } = await startStores(t);
    await accept([fresh('A', { to: ['one@example.net', 'two@example.net'] })], MESSAGE);
    const deliver = await start(t, 'deliver', env);
    assert.deepEqual(await deliver.invoke(sqsEvent(...(await rings()))), ANSWERED);
    assert.deepEqual(ses.messages[0]?.to, ['one@example.net', 'two@example.net']);
    assert.equal(await queue.find('A'), undefined);
    assert.equal(await spool.open('A'), undefined);
    await eventually('the metrics', () => (metricsIn(deliver.lines)['Delivered'] === 2 ? true : undefined));
    assert.ok(deliver.lines.some((line) => line.includes('"event":"delivery"') && line.includes('"queueId":"A"')));
  });

  test('deliver keeps a ring whose store does not answer, and is done with garbage and with what is gone', async (t) => {
    const { env, dynamo } = await startStores(t);
    const deliver = await start(t, 'deliver', env);
    assert.deepEqual(await deliver.invoke(sqsEvent('["GONE"]', 'garbage')), ANSWERED);
    await dynamo.close();
    const event = sqsEvent('["A"]', 'garbage', '["B","C"]');
    const kept = [event.Records[0], event.Records[2]].map((record) => ({ itemIdentifier: record?.messageId }));
    assert.deepEqual(await deliver.invoke(event), { batchItemFailures: kept });
  });

  test('what SES holds back stays in the queue with its next time', async (t) => {
    const { env, ses, queue, rings, accept } = await startStores(t);
    await accept([fresh('A')], MESSAGE);
    ses.fail({ status: 400, type: 'SendingPausedException', message: 'paused' });
    const deliver = await start(t, 'deliver', env);
    assert.deepEqual(await deliver.invoke(sqsEvent(...(await rings()))), ANSWERED);
    const entry = await queue.find('A');
    assert.ok(entry !== undefined && entry.state === 'queued' && entry.attempts === 1 && entry.due > Date.now());
  });

  test('a deliver that is killed in the middle loses nothing: the ring delivers it when the lease is over', async (t) => {
    const { env, ses, queue, rings, accept } = await startStores(t);
    await accept([fresh('A')], MESSAGE);
    const event = sqsEvent(...(await rings()));
    const silence = createServer().listen(0, '127.0.0.1');
    t.after(() => silence.close());
    await once(silence, 'listening');
    const silent = `http://127.0.0.1:${(silence.address() as AddressInfo).port}`;
    const first = await start(t, 'deliver', { ...env, DELIVER_LEASE: '2', AWS_ENDPOINT_URL_SESV2: silent });
    const lost = assert.rejects(first.invoke(event), { name: 'Runtime.ExitError' });
    const [socket] = (await once(silence, 'connection')) as [Socket];
    t.after(() => socket.destroy());
    await first.kill('SIGKILL');
    await lost;

    const next = await start(t, 'deliver', env);
    await eventually('the delivery', async () => {
      await next.invoke(event);
      return ses.messages.length > 0 ? true : undefined;
    });
    assert.equal(ses.messages.length, 1);
    assert.equal(await queue.find('A'), undefined);
  });

  test('deliver does not start with a transport that keeps mail on this machine', async (t) => {
    const { env } = await startStores(t);
    const folder = bundle('deliver', 'default_transport: capture');
    await assert.rejects(
      startFunction({ bundle: folder, env }),
      /default_transport: capture keeps mail on one machine/,
    );
  });

  test('a program whose environment lacks a store does not start, and says which', async (t) => {
    const { env } = await startStores(t);
    const folder = bundle('qmgr');
    await assert.rejects(startFunction({ bundle: folder, env: { ...env, QUEUE_TABLE: '' } }), /lacks QUEUE_TABLE/);
  });

  test('qmgr rings for what was missed, counts the queue and the quota, and sweeps on the hour', async (t) => {
    const { env, s3AndSqs, rings, accept } = await startStores(t);
    const missed = Date.now() - 120_000;
    await accept([fresh('A', { arrived: missed, due: missed })], MESSAGE);
    await accept([fresh('B')], MESSAGE);
    assert.deepEqual((await rings()).toSorted(), ['["A"]', '["B"]']);
    const qmgr = await start(t, 'qmgr', env);
    assert.equal(await qmgr.invoke(scheduledEvent('2026-11-24T12:00:00Z')), null);
    assert.deepEqual(await rings(), ['["A"]']);
    await eventually('the metrics', () => (metricsIn(qmgr.lines)['QueueSize'] === 2 ? true : undefined));
    const metrics = metricsIn(qmgr.lines);
    assert.ok(Number(metrics['QueueAge']) >= 120 && Number(metrics['QueueAge']) < 240);
    assert.equal(metrics['QuotaUsed'], 0);
    assert.ok(s3AndSqs.requests.some(({ what }) => what.includes('list-type=2')));
  });

  test('certificate fails its hourly call for no authority’s trouble, and an operator’s call with its words', async (t) => {
    const secrets = await startSecretsManager();
    t.after(() => secrets.close());
    const certificate = await start(t, 'certificate', {
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.caller.endpoint,
      METRICS_NAMESPACE: 'Relay',
      METRICS_LEVEL: 'home',
      CERTIFICATE_SECRET: secrets.store.add('certificate', '{}'),
      HOSTED_ZONE: 'Z0TEST',
      ACME_DIRECTORY: 'https://127.0.0.1:1/nobody',
    });
    const answer = 'the certificate was left as it is: 0 days left';
    assert.equal(await certificate.invoke(scheduledEvent('2026-11-24T12:00:00Z')), answer);
    await assert.rejects(certificate.invoke({ force: true }), /ECONNREFUSED/);
    await eventually('the metrics', () => (metricsIn(certificate.lines)['CertificateDays'] === 0 ? true : undefined));
  });

  test('qmgr reports a run that failed, with what it could count', async (t) => {
    const { env, s3AndSqs, accept } = await startStores(t);
    await accept([fresh('A')], MESSAGE);
    const qmgr = await start(t, 'qmgr', env);
    s3AndSqs.fail(/GetQueueAttributes/, ...Array.from({ length: 3 }, () => ({ status: 500, type: 'InternalError' })));
    await assert.rejects(qmgr.invoke(scheduledEvent('2026-11-24T12:01:00Z')), { name: 'AggregateError' });
    await eventually('the metrics', () => (metricsIn(qmgr.lines)['QueueSize'] === 1 ? true : undefined));
  });
});
