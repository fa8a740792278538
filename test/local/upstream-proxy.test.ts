import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SmtpClient } from '../support/smtp-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

const SETTINGS = [
  'log_level: debug',
  'smtpd_upstream_proxy_protocol: haproxy',
  'smtpd_upstream_proxy_hosts: 127.0.0.1',
  'smtpd_upstream_proxy_timeout: 1s',
  'smtpd_client_connection_count_limit: 2',
  '',
].join('\n');
const FROM_CLIENT = 'PROXY TCP4 192.0.2.7 192.0.2.1 50000 25\r\n';
const LOCAL = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x20\0\0\0', 'latin1');

const start = (t: TestContext): Promise<RelayProcess> => startRelay(t, { ports: 'smtp=0,smtps=0', settings: SETTINGS });

/** What the relay, which is ended first, has logged of clients and of headers. */
async function logged(relay: RelayProcess): Promise<{ readonly clients: unknown[]; readonly headers: unknown[] }> {
  await relay.stop();
  const lines = relay.log().trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    clients: events.flatMap(({ event, client }) => (event === 'connect' ? [client] : [])),
    headers: events.flatMap(({ event, reason }) => (event === 'proxyHeader' ? [reason] : [])),
  };
}

async function connected(t: TestContext, relay: RelayProcess, ...pieces: (string | Buffer)[]): Promise<SmtpClient> {
  const client = await SmtpClient.connect(relay.port('smtp'));
  t.after(() => client.vanish());
  for (const piece of pieces) {
    client.send(piece);
    if (pieces.length > 1) await pause(2);
  }
  return client;
}

/** A proxy before the relay's TLS port, which sends its header and the client's first octets in one piece; its port. */
async function proxyBefore(t: TestContext, port: number): Promise<number> {
  const proxy = createServer((client) => {
    client.once('data', (first) => {
      const relay = connect(port, '127.0.0.1', () => {
        relay.write(Buffer.concat([Buffer.from(FROM_CLIENT), first]));
        client.pipe(relay).pipe(client);
      });
      relay.on('error', () => client.destroy());
      client.on('error', () => relay.destroy()).on('close', () => relay.destroy());
    });
  });
  t.after(() => proxy.close());
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return (proxy.address() as AddressInfo).port;
}

test('a client behind a proxy is known by its own address, and has its own limits', async (t) => {
  const relay = await start(t);
  for (const pieces of [[FROM_CLIENT], FROM_CLIENT.split('')]) {
    const client = await connected(t, relay, ...pieces);
    assert.equal((await client.reply()).code, 220);
    assert.equal((await client.command('EHLO home')).code, 250);
  }
  const third = await connected(t, relay, FROM_CLIENT);
  assert.match((await third.reply()).text, /^4\.7\.0 \S+ Error: too many connections from 192\.0\.2\.7$/);
  await third.closed();
  const other = await connected(t, relay, FROM_CLIENT.replace('192.0.2.7', '192.0.2.8'));
  assert.equal((await other.reply()).code, 220);
  assert.deepEqual((await logged(relay)).clients, ['192.0.2.7', '192.0.2.7', '192.0.2.8']);
});

test('what a client sends together with the header is its first command, or its handshake', async (t) => {
  const relay = await start(t);
  const client = await connected(t, relay, `${FROM_CLIENT}QUIT\r\n`);
  assert.equal((await client.reply()).code, 220);
  assert.equal((await client.reply()).code, 221);
  const secure = await SmtpClient.connectTls(await proxyBefore(t, relay.port('smtps')));
  t.after(() => secure.vanish());
  assert.equal((await secure.reply()).code, 220);
  assert.equal((await secure.command('EHLO home')).code, 250);
  assert.deepEqual((await logged(relay)).clients, ['192.0.2.7', '192.0.2.7']);
});

test('a proxy that speaks for itself is served, and one that only looks whether the port is open leaves no trace', async (t) => {
  const relay = await start(t);
  (await connected(t, relay)).vanish();
  const client = await connected(t, relay, LOCAL);
  assert.equal((await client.reply()).code, 220);
  assert.deepEqual(await logged(relay), { clients: ['127.0.0.1'], headers: [] });
});

test('a header that is malformed or late closes the connection without a word, and is logged', async (t) => {
  const relay = await start(t);
  const malformed = await connected(t, relay, 'EHLO home\r\n');
  await assert.rejects(malformed.reply(), /connection closed/);
  const late = await connected(t, relay, FROM_CLIENT.slice(0, 20));
  const began = performance.now();
  await assert.rejects(late.reply(), /connection closed/);
  assert.ok(performance.now() - began < 5_000);
  assert.deepEqual(await logged(relay), { clients: [], headers: ['malformed', 'late'] });
});

test('who is no proxy is not believed', async (t) => {
  const settings = SETTINGS.replace('hosts: 127.0.0.1', 'hosts: 192.0.2.1');
  const relay = await startRelay(t, { ports: 'smtp=0', settings });
  const client = await connected(t, relay);
  assert.equal((await client.reply()).code, 220);
  assert.equal((await client.command(FROM_CLIENT.trimEnd())).code, 500);
  assert.deepEqual((await logged(relay)).clients, ['127.0.0.1']);
});

test('a stop does not wait for a header', async (t) => {
  const relay = await start(t);
  const client = await connected(t, relay, FROM_CLIENT.slice(0, 20));
  const began = performance.now();
  await relay.stop();
  await client.closed();
  assert.ok(performance.now() - began < 5_000);
});
