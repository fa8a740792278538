import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { CertificateFiles } from '#infra/local/certificate.ts';
import { ServerCertificate } from '#functions/listener/tls.ts';
import { keptLog } from '../support/events.ts';
import { startRelay, temporaryFolder } from '../support/relay-process.ts';
import { throwawayCertificate, type ThrowawayCertificate } from '../support/throwaway-certificate.ts';

const rsa = await throwawayCertificate('rsa.example.jp', { kind: 'RSA' });
const ecdsa = await throwawayCertificate('ecdsa.example.jp');
const renewed = await throwawayCertificate('renewed.example.jp');

async function write(folder: string, name: string, { cert, key }: ThrowawayCertificate) {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
  return files;
}

/** A client of smtps that has been greeted. */
async function greeted(t: TestContext, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const client = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  t.after(() => client.destroy());
  await once(client, 'data');
  return client;
}

function subjectOf(client: TLSSocket): string {
  return new X509Certificate(client.getPeerX509Certificate()?.raw ?? '').subject;
}

suite('the certificates of a relay on this machine', () => {
  test('are an RSA and an ECDSA one side by side, each for the clients that can verify it', async (t) => {
    const folder = await temporaryFolder(t);
    const [one, other] = [await write(folder, 'rsa', rsa), await write(folder, 'ecdsa', ecdsa)];
    const settings = [
      `smtpd_tls_cert_file: ${one.cert}\nsmtpd_tls_key_file: ${one.key}`,
      `smtpd_tls_eccert_file: ${other.cert}\nsmtpd_tls_eckey_file: ${other.key}\n`,
    ].join('\n');
    const port = (await startRelay(t, { ports: 'smtps=0', settings })).port('smtps');
    const old = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const;
    assert.equal(subjectOf(await greeted(t, port)), 'CN=ecdsa.example.jp');
    assert.equal(subjectOf(await greeted(t, port, old)), 'CN=rsa.example.jp');
  });

  test('are taken up when their files change, and a broken pair leaves the former in use', async (t) => {
    const folder = await temporaryFolder(t);
    const files = await write(folder, 'server', rsa);
    const named = { smtpd_tls_eccert_file: '', smtpd_tls_eckey_file: '' };
    const settings = { ...named, smtpd_tls_cert_file: files.cert, smtpd_tls_key_file: files.key };
    const log = keptLog();
    const certificate = await ServerCertificate.open({
      certificates: await CertificateFiles.open(settings, folder, 'relay.example.jp'),
      settings: {
        myhostname: 'relay.example.jp',
        tls_eecdh_auto_curves: ['X25519'],
        smtpd_tls_session_cache_timeout: 3_600_000,
      },
      now: Date.now,
      log,
    });
    t.after(() => certificate.stop());
    const former = certificate.secureContext;

    const next = await write(folder, 'next', renewed);
    await rename(next.cert, files.cert);
    assert.equal(await certificate.read(), false);
    assert.equal(certificate.secureContext, former);
    assert.match(String(log.of('tls').at(-1)?.['err']), /server\.key is not the key of the certificate/);

    await rename(next.key, files.key);
    assert.equal(await certificate.read(), true);
    assert.notEqual(certificate.secureContext, former);
  });
});

test('a TLS session is resumed behind a restart of the relay', async (t) => {
  const first = await startRelay(t, { ports: 'smtps=0' });
  const former = connect({ host: '127.0.0.1', port: first.port('smtps'), rejectUnauthorized: false });
  const [session] = (await once(former, 'session')) as [Buffer];
  former.destroy();
  await first.stop();
  const second = await startRelay(t, { ports: 'smtps=0', dataDirectory: first.dataDirectory });
  const client = await greeted(t, second.port('smtps'), { session });
  assert.equal(client.isSessionReused(), true);
});
