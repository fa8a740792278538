// The certificate program as AWS runs it, in one file, with Pebble: it puts its challenges into a stand-in for Route 53, which a name
// server answers from, and the certificate into a stand-in for Secrets Manager.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { bundleProgram } from '#infra/bundle.ts';
import { SecretCertificates } from '#shared/aws/certificates.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startRoute53 } from '../support/aws/route53.ts';
import { startSecretsManager } from '../support/aws/secrets-manager.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { requires } from '../support/requires.ts';
import { startPebble } from './support/pebble.ts';

const NAME = 'smtp.example.com';
const MOST_OCTETS = 1.5 * 1000 * 1000;
const CALL = `
  const { handler } = await import(process.argv[1]);
  console.log(JSON.stringify({ answer: await handler(JSON.parse(process.argv[2])) }));`;

type Line = Readonly<Record<string, unknown>>;

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  t.after(() => rm(folder, { recursive: true }));
  const configuration = loadSettings({ text: `myhostname: ${NAME}\n`, file: 'relay.yaml' }, { hostname: NAME });
  const bundle = join(bundleProgram('certificate', configuration, folder), 'index.mjs');

  const secrets = await startSecretsManager();
  t.after(() => secrets.close());
  const secret = secrets.store.add('certificate', '{}');
  const hmacKey = randomBytes(32).toString('base64url');
  const externalAccount = secrets.store.add('external-account', JSON.stringify({ kid: 'kid-1', hmacKey }));
  const zone = await startRoute53({ pending: 0 });
  t.after(() => zone.close());
  const dns = await startDnsServer((name) => zone.txt(name));
  t.after(() => dns.close());
  // Each challenge takes two real pauses until Route 53 is asked about a change.
  const pebble = await startPebble({ dnsServer: dns.address, externalAccounts: { 'kid-1': hmacKey }, reuse: 100 });
  t.after(() => pebble.close());

  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'ap-northeast-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.caller.endpoint,
    AWS_ENDPOINT_URL_ROUTE_53: zone.caller.endpoint,
    NODE_EXTRA_CA_CERTS: pebble.caFile,
    METRICS_NAMESPACE: 'relay',
    METRICS_LEVEL: 'home',
    CERTIFICATE_SECRET: secret,
    HOSTED_ZONE: 'Z0TEST',
    ACME_DIRECTORY: pebble.directory,
    ACME_EMAIL: 'postmaster@example.com',
    ACME_EXTERNAL_ACCOUNT: externalAccount,
    CERTIFICATE_KEYS: 'ecdsa,rsa',
  };
  /** What it wrote: events, metrics and, last, its answer. */
  async function call(event: object, more: Readonly<Record<string, string>> = {}): Promise<Line[]> {
    const args = ['--input-type=module', '--eval', CALL, bundle, JSON.stringify(event)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...env, ...more } });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }
  const client = new SecretsManagerClient(secrets.caller);
  t.after(() => client.destroy());
  const certificates = new SecretCertificates({ client, secret });
  return { bundle, call, certificates, zone, pebble };
}

test(
  'as one file it issues, keeps, leaves and at a word renews the certificate',
  { skip: requires({ commands: ['pebble'] }) },
  async (t) => {
    const { bundle, call, certificates, zone, pebble } = await setUp(t);
    assert.ok((await stat(bundle)).size < MOST_OCTETS);

    // The event of EventBridge Scheduler says nothing that matters here.
    const first = await call({});
    assert.deepEqual(first.at(-1), { answer: 'a new certificate is in place: 89 days left' });
    assert.ok(
      first.some((line) => line['CertificateDays'] === 89),
      'its days are a metric',
    );
    const pairs = (await certificates.current()) ?? [];
    const kinds = pairs.map(({ cert, key }) => {
      assert.ok(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)));
      assert.equal(new X509Certificate(cert).checkHost(NAME), NAME);
      return new X509Certificate(cert).publicKey.asymmetricKeyType;
    });
    assert.deepEqual(kinds, ['ec', 'rsa']);
    createSecureContext({ cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key) });
    const account = await certificates.account();
    assert.equal(account?.authority, pebble.directory);
    assert.equal(zone.records.size, 0, 'challenges are taken out of the zone');

    const changes = zone.questions;
    assert.deepEqual((await call({})).at(-1), { answer: 'the certificate was left as it is: 89 days left' });
    assert.deepEqual(await certificates.current(), pairs);
    assert.equal(zone.questions, changes);

    assert.deepEqual((await call({ force: true })).at(-1), { answer: 'a new certificate is in place: 89 days left' });
    assert.notDeepEqual(await certificates.current(), pairs);
    assert.deepEqual(await certificates.account(), account);
  },
);

test(
  'a renewal that fails is an error for whoever asked for it, and a line in the log for the hour',
  { skip: requires({ commands: ['pebble'] }) },
  async (t) => {
    const { call, certificates, pebble } = await setUp(t);
    await pebble.close();
    const lines = await call({});
    const failed = lines.find((line) => line['event'] === 'certificateFailed');
    assert.match(String(failed?.['reason']), /ECONNREFUSED/);
    assert.ok(lines.some((line) => line['CertificateDays'] === 0));
    assert.deepEqual(lines.at(-1), { answer: 'the certificate was left as it is: 0 days left' });
    await assert.rejects(call({ force: true }), /ECONNREFUSED/);
    assert.equal(await certificates.current(), undefined);
  },
);
