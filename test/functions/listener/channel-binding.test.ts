import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { connect, createServer, type SecureVersion, type Server, type TLSSocket } from 'node:tls';
import { channelBinding } from '#functions/listener/channel-binding.ts';
import { throwawayCertificate } from '../../support/throwaway-certificate.ts';

suite('the channel binding of a connection', () => {
  let server: Server;
  let certificateHash: string;

  before(async () => {
    const { key, cert } = await throwawayCertificate();
    certificateHash = createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');
    server = createServer({ key, cert }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  /** Both ends of one connection. */
  async function pair(version: SecureVersion, session?: Buffer) {
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'secureConnection');
    const client = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      ...(session && { session }),
    });
    await once(client, 'secureConnect');
    const [socket] = (await accepted) as [TLSSocket];
    client.on('error', () => {});
    socket.on('error', () => {});
    return { client, socket, end: () => void [client.destroy(), socket.destroy()] };
  }

  test("under TLS 1.3 tls-exporter is what the client's end exports, and there is no tls-unique", async () => {
    const one = await pair('TLSv1.3');
    const other = await pair('TLSv1.3');
    const exported = one.client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    assert.deepEqual(channelBinding(one.socket, 'tls-exporter'), exported);
    assert.notDeepEqual(channelBinding(other.socket, 'tls-exporter'), exported);
    assert.equal(channelBinding(one.socket, 'tls-unique'), undefined);
    one.end();
    other.end();
  });

  test("under TLS 1.2 tls-unique is the first Finished message, the client's or, when resumed, ours", async () => {
    const full = await pair('TLSv1.2');
    const finished = full.client.getFinished();
    assert.ok(finished);
    assert.deepEqual(channelBinding(full.socket, 'tls-unique'), finished);
    assert.equal(channelBinding(full.socket, 'tls-exporter'), undefined);
    const resumed = await pair('TLSv1.2', full.client.getSession());
    assert.ok(resumed.client.isSessionReused());
    assert.deepEqual(channelBinding(resumed.socket, 'tls-unique'), resumed.client.getPeerFinished());
    full.end();
    resumed.end();
  });

  test("tls-server-end-point is the certificate's hash under either version", async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { socket, end } = await pair(version);
      assert.equal(channelBinding(socket, 'tls-server-end-point')?.toString('hex'), certificateHash);
      end();
    }
  });

  test('a connection in the clear has none', () => {
    assert.equal(channelBinding(new Socket(), 'tls-exporter'), undefined);
  });
});
