import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import type { CertificatePairs } from '#shared/ports/certificates.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { type ThrowawayCertificate, throwawayCertificate } from '../../support/throwaway-certificate.ts';
import { NOW, type Operator, operator } from './support/operator.ts';

process.env['TZ'] = 'UTC';

const DAY = 24 * 60 * 60 * 1000;
const MADE = async () => 'a new certificate is in place: 89 days left';
const NAME = 'smtp.example.jp';

let pair: ThrowawayCertificate;
before(async () => {
  pair = await throwawayCertificate(NAME, { notAfter: NOW + 30.5 * DAY });
});

type OnAws = Operator & { readonly stored: () => CertificatePairs | undefined };

/** A relay whose certificate is a secret. `renewal`: its certificate program; left out: it has none. */
function onAws(pairs?: CertificatePairs, renewal?: () => Promise<string>): OnAws {
  let stored = pairs;
  const certificates = {
    current: async () => stored,
    put: async (next: CertificatePairs) => void (stored = next),
  };
  return { ...operator({ certificate: { kind: 'secret', certificates, renew: renewal } }), stored: () => stored };
}

async function files(t: TestContext, contents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relayctl-certificate-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  return folder;
}

test('the certificate is shown from its file and from its secret alike', async (t) => {
  const folder = await files(t, { 'server.crt': pair.cert });
  const shown = await operator({ certificate: { kind: 'file', path: join(folder, 'server.crt') } }).gets(
    'certificate show',
  );
  assert.equal(
    shown,
    [
      'names       smtp.example.jp',
      'issuer      itself',
      'key         EC prime256v1',
      'good until  2026-12-24 16:06, 30 days left',
      `SHA-256     ${new X509Certificate(pair.cert).fingerprint256}`,
      '',
    ].join('\n'),
  );
  assert.equal(await onAws([pair]).gets('certificate show'), shown);
  assert.equal(await onAws([pair, pair]).gets('certificate show'), `${shown}\n${shown}`);
});

test('as JSON, a certificate is one object a line', async () => {
  assert.deepEqual(JSON.parse(await onAws([pair]).gets('certificate show --json')), {
    names: [NAME],
    issuer: 'itself',
    key: 'EC prime256v1',
    notAfter: '2026-12-24T16:06:00.000Z',
    daysLeft: 30,
    fingerprint: new X509Certificate(pair.cert).fingerprint256,
  });
});

test('a certificate that is over says so', async () => {
  const old = await throwawayCertificate(NAME, { notAfter: NOW - DAY });
  assert.match(await onAws([old]).gets('certificate show'), /^good until {2}2026-11-23 04:06, over$/m);
});

test('what there is not yet, and how to get it, is said', async () => {
  const cases: [relay: Operator, complaint: string][] = [
    [operator(), 'the relay has not said yet where its certificate lies; it does at its next start'],
    [
      onAws(undefined, MADE),
      'there is no certificate yet, and the listener shows one that it has signed itself; npx relayctl certificate renew makes one',
    ],
    [
      onAws(),
      'there is no certificate yet, and the listener shows one that it has signed itself; npx relayctl certificate put --cert FILE --key FILE gives it one',
    ],
  ];
  for (const [relay, complaint] of cases) {
    const said = await relay.says('certificate show');
    assert.deepEqual({ ...said }, { status: 1, printed: '', complaint: `relayctl: ${complaint}\n` });
  }
});

test('a renewal says what came of it, or why there is none', async () => {
  assert.equal(
    await onAws([pair], MADE).gets('certificate renew'),
    'Asking for a new certificate; this may take some minutes.\nDone: a new certificate is in place: 89 days left; the listener shows it within five minutes, without a restart.\n',
  );
  const fails = () => Promise.reject(new TemporaryFault('no new certificate was made: too many already issued'));
  assert.deepEqual(await onAws([pair], fails).says('certificate renew'), {
    status: 1,
    printed: 'Asking for a new certificate; this may take some minutes.\n',
    complaint: 'relayctl: no new certificate was made: too many already issued; try again\n',
  });
  assert.match(
    (await onAws([pair]).says('certificate renew')).complaint,
    /^relayctl: this relay makes no certificate, since its stack was given no hosted zone; npx relayctl certificate put /,
  );
});

test('a certificate is stored with its key in the form that the listener reads', async (t) => {
  const folder = await files(t, { 'c.pem': pair.cert, 'k.pem': pair.key });
  const relay = onAws();
  const printed = await relay.gets(`certificate put --cert ${folder}/c.pem --key ${folder}/k.pem`);
  assert.match(printed, /^names {7}smtp\.example\.jp\n[^]*\nStored; the listener shows it within five minutes/);
  assert.doesNotMatch(printed, /does not name/);
  const [stored] = relay.stored() ?? [];
  assert.equal(stored?.cert, pair.cert);
  assert.match(stored?.key ?? '', /^-----BEGIN PRIVATE KEY-----\n/);
});

test('a certificate for another name is stored with a warning', async (t) => {
  const other = await throwawayCertificate('other.example.jp', { notAfter: NOW + DAY });
  const folder = await files(t, { 'c.pem': other.cert, 'k.pem': other.key });
  const printed = await onAws().gets(`certificate put --cert ${folder}/c.pem --key ${folder}/k.pem`);
  assert.match(printed, /^It does not name smtp\.example\.jp: /m);
});

test('a relay that makes its own certificates takes none from elsewhere', async (t) => {
  const folder = await files(t, { 'c.pem': pair.cert, 'k.pem': pair.key });
  const relay = onAws(undefined, MADE);
  assert.match(
    (await relay.says(`certificate put --cert ${folder}/c.pem --key ${folder}/k.pem`)).complaint,
    /^relayctl: this relay makes its own certificates, .*; npx relayctl certificate renew makes one now\n$/,
  );
  assert.equal(relay.stored(), undefined);
});

test('what is no certificate, not its key, or over is refused, and nothing is stored', async (t) => {
  const old = await throwawayCertificate(NAME, { notAfter: NOW - DAY });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const folder = await files(t, {
    good: pair.cert,
    key: pair.key,
    foreign: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    locked: privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    old: old.cert,
    oldKey: old.key,
  });
  const refusals: [cert: string, key: string, complaint: RegExp][] = [
    ['key', 'key', /^relayctl: --cert holds no certificate in PEM form; /],
    ['good', 'good', /^relayctl: --key holds no private key in PEM form without a passphrase; /],
    ['good', 'locked', /^relayctl: --key holds no private key in PEM form without a passphrase; /],
    ['good', 'foreign', /^relayctl: --key is not the key of the certificate in --cert; /],
    ['old', 'oldKey', /^relayctl: the certificate in --cert ended on 2026-11-23T04:06:00\.000Z; give a new one\n$/],
    ['none', 'key', /^relayctl: cannot read .*none \(ENOENT\); name a readable file\n$/],
  ];
  for (const [cert, key, complaint] of refusals) {
    const relay = onAws();
    const said = await relay.says(`certificate put --cert ${folder}/${cert} --key ${folder}/${key}`);
    assert.equal(said.status, 1);
    assert.match(said.complaint, complaint);
    assert.equal(relay.stored(), undefined);
  }
});

test('on this machine the certificate is a file, which relayctl leaves alone', async (t) => {
  const folder = await files(t, { 'c.pem': pair.cert, 'k.pem': pair.key });
  const relay = operator({ certificate: { kind: 'file', path: '/etc/relay/server.crt' } });
  for (const line of ['certificate renew', `certificate put --cert ${folder}/c.pem --key ${folder}/k.pem`]) {
    assert.equal(
      (await relay.says(line)).complaint,
      'relayctl: the certificate of a relay on this machine is the file /etc/relay/server.crt; put a new one there, with its key, and restart the relay\n',
    );
  }
});
