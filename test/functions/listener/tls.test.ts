import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { connect, type ConnectionOptions, TLSSocket } from 'node:tls';
import { ServerCertificate } from '#functions/listener/tls.ts';
import type { CertificatePairs } from '#shared/ports/certificates.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { eventually } from '../../support/eventually.ts';
import { keptLog } from '../../support/events.ts';
import { throwawayCertificate } from '../../support/throwaway-certificate.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOST = 'relay.example.jp';
const NOW = Date.now();

const ecdsa = await throwawayCertificate('ecdsa.example.jp', { notAfter: NOW + 40.5 * DAY });
const other = await throwawayCertificate('other.example.jp');
const rsa = await throwawayCertificate('rsa.example.jp', { kind: 'RSA', notAfter: NOW + 30.5 * DAY });

type Times = { readonly refresh: number; readonly retry: number };

/** `kept.pairs` is what is kept, or the fault that reading it meets. */
async function open(t: TestContext, pairs: CertificatePairs | Error | undefined, times?: Times) {
  const kept = { pairs, now: NOW };
  const certificates = {
    async current(): Promise<CertificatePairs | undefined> {
      if (kept.pairs instanceof Error) throw kept.pairs;
      return kept.pairs;
    },
  };
  const log = keptLog();
  const settings = { myhostname: HOST, tls_eecdh_auto_curves: ['X25519'], smtpd_tls_session_cache_timeout: 3_600_000 };
  const context = { certificates, settings, now: () => kept.now, log, ...(times && { times }) };
  const certificate = await ServerCertificate.open(context);
  t.after(() => certificate.stop());
  return { kept, log, certificate };
}

/** A session with whatever is shown now. */
async function session(t: TestContext, certificate: ServerCertificate, options: ConnectionOptions = {}) {
  const server = createServer((socket) => {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: certificate.secureContext });
    secure.on('error', () => {}).pipe(secure);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, servername: HOST, rejectUnauthorized: false, ...options });
  t.after(() => {
    client.destroy();
    server.close();
  });
  await once(client, 'secureConnect');
  return client;
}

async function shown(t: TestContext, certificate: ServerCertificate, options?: ConnectionOptions): Promise<string> {
  const client = await session(t, certificate, options);
  return new X509Certificate(client.getPeerX509Certificate()?.raw ?? '').subject;
}

suite('the certificate that the listener shows', () => {
  test('is ECDSA for who can verify it, and RSA for who cannot', async (t) => {
    const { certificate } = await open(t, [ecdsa, rsa]);
    assert.equal(await shown(t, certificate), 'CN=ecdsa.example.jp');
    const old: ConnectionOptions = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' };
    assert.equal(await shown(t, certificate, old), 'CN=rsa.example.jp');
  });

  test('changes without a restart, and sessions under way go on', async (t) => {
    const { kept, certificate } = await open(t, [ecdsa]);
    const before = await session(t, certificate);
    kept.pairs = [rsa];
    assert.equal(await certificate.read(), true);
    assert.equal(await shown(t, certificate), 'CN=rsa.example.jp');
    before.write('still here');
    assert.equal(String((await once(before, 'data'))[0]), 'still here');
  });

  test('stays the same object while nothing has changed, so that TLS sessions can be resumed', async (t) => {
    const { kept, log, certificate } = await open(t, [ecdsa]);
    const { secureContext } = certificate;
    kept.pairs = [{ ...ecdsa }];
    await certificate.read();
    assert.equal(certificate.secureContext, secureContext);
    assert.equal(log.of('tls').length, 1);
  });

  const unusable: [string, CertificatePairs | Error | undefined][] = [
    ['cannot be read', new TemporaryFault('the store does not answer')],
    ['is no PEM', [{ cert: 'garbage', key: 'garbage' }]],
    ['has the key of another', [{ cert: ecdsa.cert, key: other.key }]],
    ['holds no pair', []],
    ['has gone', undefined],
  ];
  for (const [what, pairs] of unusable) {
    test(`stays the former, and an error is logged, when the new one ${what}`, async (t) => {
      const { kept, log, certificate } = await open(t, [ecdsa]);
      kept.pairs = pairs;
      assert.equal(await certificate.read(), false);
      assert.equal(await shown(t, certificate), 'CN=ecdsa.example.jp');
      assert.deepEqual(
        log.of('tls').map(({ level }) => level),
        ['info', 'error'],
      );
    });
  }

  test('is self-signed while there is none, with a warning at each look, and is replaced when there is one', async (t) => {
    const { kept, log, certificate } = await open(t, undefined);
    const { secureContext } = certificate;
    assert.equal(await shown(t, certificate), `CN=${HOST}`);
    assert.equal(await certificate.read(), false);
    assert.equal(certificate.secureContext, secureContext);
    assert.deepEqual(
      log.of('tls').map(({ level }) => level),
      ['warn', 'warn'],
    );
    kept.pairs = [ecdsa];
    assert.equal(await certificate.read(), true);
    assert.equal(await shown(t, certificate), 'CN=ecdsa.example.jp');
  });

  test('is self-signed when the first one is unusable', async (t) => {
    const { certificate } = await open(t, [{ cert: 'garbage', key: 'garbage' }]);
    assert.equal(await shown(t, certificate), `CN=${HOST}`);
  });
});

test('every look logs the days left of the certificate that ends first; a self-signed one has none', async (t) => {
  const { kept, log, certificate } = await open(t, undefined);
  kept.pairs = [ecdsa, rsa];
  await certificate.read();
  kept.pairs = new TemporaryFault('the store does not answer');
  await certificate.read();
  assert.deepEqual(
    log.of('certificate').map(({ daysLeft }) => daysLeft),
    [0, 30, 30],
  );
});

test('what could not be had is looked for soon, and what was had is read again later', async (t) => {
  const { kept, log, certificate } = await open(t, undefined, { refresh: 60_000, retry: 2 });
  await eventually('further looks', () => log.of('certificate').length > 3 || undefined);
  kept.pairs = [ecdsa];
  await eventually('the certificate', () => log.of('tls').at(-1)?.level === 'info' || undefined);
  const looks = log.of('certificate').length;
  assert.equal(await shown(t, certificate), 'CN=ecdsa.example.jp');
  assert.ok(log.of('certificate').length <= looks + 1);
});
