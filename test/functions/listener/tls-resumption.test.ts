import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { connect, type SecureVersion, TLSSocket } from 'node:tls';
import { ticketKeys, ticketPeriod } from '#functions/listener/ticket-keys.ts';
import { ServerCertificate } from '#functions/listener/tls.ts';
import type { CertificatePairs } from '#shared/ports/certificates.ts';
import { keptLog } from '../../support/events.ts';
import { throwawayCertificate } from '../../support/throwaway-certificate.ts';

const HALF_DAY = 12 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 24);
const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

const ecdsa = await throwawayCertificate();
const other = await throwawayCertificate();

/** What one process shows, from which `clock.now` on. */
async function startProcess(t: TestContext, pairs: CertificatePairs | undefined, clock = { now: NOW }) {
  const kept = { pairs };
  const certificate = await ServerCertificate.open({
    certificates: { current: () => Promise.resolve(kept.pairs) },
    settings: {
      myhostname: 'relay.example.jp',
      tls_eecdh_auto_curves: ['X25519'],
      smtpd_tls_session_cache_timeout: 3_600_000,
    },
    now: () => clock.now,
    log: keptLog(),
  });
  t.after(() => certificate.stop());
  const server = createServer((socket) => {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: certificate.secureContext });
    secure.on('error', () => {}).write('220');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { kept, certificate, port: (server.address() as AddressInfo).port };
}

type Connected = { readonly resumed: boolean; readonly session: Buffer };

/** A connection up to its first octets, behind which its ticket has come. */
async function connectTo(port: number, version: SecureVersion, session?: Buffer): Promise<Connected> {
  const client = connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(session && { session }),
  });
  let ticket: Buffer | undefined;
  client.on('session', (latest: Buffer) => (ticket = latest));
  await once(client, 'data');
  const resumed = client.isSessionReused();
  client.end();
  await once(client, 'close');
  return { resumed, session: ticket ?? session ?? Buffer.alloc(0) };
}

for (const version of VERSIONS) {
  suite(`a ${version} session`, () => {
    test('is resumed', async (t) => {
      const { port } = await startProcess(t, [ecdsa]);
      const first = await connectTo(port, version);
      assert.equal(first.resumed, false);
      assert.equal((await connectTo(port, version, first.session)).resumed, true);
    });

    test('is resumed by another process that shows the same certificate, as it is after a restart', async (t) => {
      const { port } = await startProcess(t, [ecdsa]);
      const { session } = await connectTo(port, version);
      const another = await startProcess(t, [ecdsa], { now: NOW + HALF_DAY - 1 });
      assert.equal((await connectTo(another.port, version, session)).resumed, true);
    });

    test('is not resumed when the time of its key is over, and a full handshake follows', async (t) => {
      const clock = { now: NOW };
      const { port } = await startProcess(t, [ecdsa], clock);
      const { session } = await connectTo(port, version);
      clock.now += HALF_DAY;
      const full = await connectTo(port, version, session);
      assert.equal(full.resumed, false);
      assert.equal((await connectTo(port, version, full.session)).resumed, true);
    });

    test('is not resumed when the certificate is another, so that its client sees the new one', async (t) => {
      const { port, kept, certificate } = await startProcess(t, [ecdsa]);
      const { session } = await connectTo(port, version);
      kept.pairs = [other];
      await certificate.read();
      assert.equal((await connectTo(port, version, session)).resumed, false);
    });

    test('is resumed while the certificate is self-signed', async (t) => {
      const { port } = await startProcess(t, undefined);
      const { session } = await connectTo(port, version);
      assert.equal((await connectTo(port, version, session)).resumed, true);
    });
  });
}

test('TLS 1.1 and ciphers without forward secrecy or AEAD are refused', async (t) => {
  const rsa = await throwawayCertificate('rsa.example.jp', { kind: 'RSA' });
  const { port } = await startProcess(t, [ecdsa, rsa]);
  const handshake = async (maxVersion: SecureVersion, ciphers: string): Promise<string | null> => {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, minVersion: 'TLSv1' as const };
    const client = connect({ ...options, maxVersion, ciphers: `${ciphers}:@SECLEVEL=0` });
    t.after(() => client.destroy());
    await once(client, 'secureConnect');
    return client.getProtocol();
  };
  assert.equal(await handshake('TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'), 'TLSv1.2');
  await assert.rejects(handshake('TLSv1.1', 'ALL'));
  await assert.rejects(handshake('TLSv1.2', 'AES128-GCM-SHA256'));
  await assert.rejects(handshake('TLSv1.2', 'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384'));
});

test("a ticket's key says nothing of the next one's, nor of those of another certificate", () => {
  const period = ticketPeriod(NOW);
  const keys = [ticketKeys([ecdsa], period), ticketKeys([ecdsa], period + 1), ticketKeys([other], period)];
  assert.deepEqual(
    keys.map(({ length }) => length),
    [48, 48, 48],
  );
  assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, 3);
  assert.deepEqual(ticketKeys([{ ...ecdsa }], period), keys[0]);
});

test('a key for a purpose is the same for all who show the certificate, and another for each purpose and certificate', async (t) => {
  const [one, two] = [await startProcess(t, [ecdsa]), await startProcess(t, [ecdsa])];
  const key = one.certificate.keyFor('salts');
  assert.equal(key.length, 32);
  assert.deepEqual(two.certificate.keyFor('salts'), key);
  assert.notDeepEqual(one.certificate.keyFor('tickets'), key);
  two.kept.pairs = [other];
  assert.ok(await two.certificate.read());
  assert.notDeepEqual(two.certificate.keyFor('salts'), key);
});
