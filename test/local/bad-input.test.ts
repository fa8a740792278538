import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';
import { type Ran, runRelay, startRelay, temporaryFolder } from '../support/relay-process.ts';

/** It has ended by itself with this status, and says what is wrong as people want to hear it. */
function assertRefused({ status, stdout, stderr }: Ran, expected: number, ...messages: RegExp[]): void {
  assert.equal(status, expected, stderr);
  assert.doesNotMatch(stdout, /^ready/m);
  assert.match(stderr, /^op25b-relay: /);
  assert.doesNotMatch(stderr, /^ {4}at |node:internal/m);
  for (const message of messages) assert.match(stderr, message);
}

async function startWith(t: TestContext, settings: string, ...args: string[]): Promise<Ran> {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'relay.yaml');
  await writeFile(file, settings);
  return runRelay('--data', join(folder, 'data'), '--settings', file, '--ports', 'submission=0', ...args);
}

test('all problems of the settings are reported at once, each with its line and what would be right', async (t) => {
  const settings =
    'mesage_size_limit: 10MB\nsmtpd_timeout: 5 parsecs\nlog_level: loud\nservices:\n  submission:\n    myhostname: a.example\n';
  const ran = await startWith(t, settings);
  assertRefused(
    ran,
    1,
    /relay\.yaml has 4 problems:/,
    /relay\.yaml:1: mesage_size_limit is not a setting.*message_size_limit/,
    /relay\.yaml:2: .*"5 parsecs" is not a time: write .*300s/,
    /relay\.yaml:3: .*"loud" is not known here/,
    /relay\.yaml:6: myhostname holds for the whole relay/,
  );
});

test('a settings file that cannot be read is named', async (t) => {
  const data = join(await temporaryFolder(t), 'data');
  assertRefused(
    await runRelay('--data', data, '--settings', '/nowhere/relay.yaml'),
    1,
    /--settings: cannot read \/nowhere\/relay\.yaml \(ENOENT\)/,
  );
});

test('a certificate that cannot be read or used is named with its setting', async (t) => {
  const folder = await temporaryFolder(t);
  const [one, other] = await Promise.all([throwawayCertificate(), throwawayCertificate()]);
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const cert = await file('cert.pem', one.cert);
  const key = await file('key.pem', one.key);
  const start = (certFile: string, keyFile: string): Promise<Ran> =>
    startWith(t, `smtpd_tls_cert_file: ${certFile}\nsmtpd_tls_key_file: ${keyFile}\n`);
  assertRefused(await start('/nowhere/cert.pem', key), 1, /smtpd_tls_cert_file: cannot read \/nowhere\/cert\.pem/);
  assertRefused(await start(await file('no.pem', 'no certificate'), key), 1, /no\.pem holds no certificate/);
  assertRefused(
    await start(cert, await file('other.pem', other.key)),
    1,
    /other\.pem is not the key of the certificate/,
  );
});

test('a port that another program has is named', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const ran = await startWith(t, '', '--ports', `submission=${port}`);
  assertRefused(
    ran,
    1,
    new RegExp(`cannot listen on 127\\.0\\.0\\.1 port ${port} for submission: another program has it`),
  );
});

test('a second relay on a data folder is refused, and the first goes on', async (t) => {
  const first = await startRelay(t, { ports: 'submission=0' });
  const ran = await runRelay('--data', first.dataDirectory, '--ports', 'submission=0');
  assertRefused(ran, 1, /another relay is running on the data folder/);
  assert.deepEqual(await first.stop(), { status: 0, signal: null });
});

test('a data folder that is a file is refused', async (t) => {
  const file = join(await temporaryFolder(t), 'file');
  await writeFile(file, '');
  assertRefused(await runRelay('--data', file, '--ports', 'submission=0'), 1, /cannot use .* as the data folder/);
});

const COMMAND_LINES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['--ports', 'submission'], /--ports: "submission" is no service=port/],
  [['--ports', 'submission=70000'], /--ports: "submission=70000" is no service=port/],
  [['--ports', 'submission=0,submission=0'], /submission stands there twice/],
  [['--ports', 'submision=0'], /--ports: no service submision; there are /],
  [['--listen', 'localhost'], /--listen localhost: write an IP address/],
  [['--prots', 'submission=0'], /--prots/],
  [['relay.yaml'], /relay\.yaml/],
];

test('a wrong command line is refused with the usage, and status 2', async (t) => {
  const data = join(await temporaryFolder(t), 'data');
  for (const [args, message] of COMMAND_LINES) {
    assertRefused(await runRelay('--data', data, ...args), 2, message, /^usage: npm start/m);
  }
});
