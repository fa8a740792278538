import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { r221Bye } from '#shared/domain/smtp/reply.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

const SETTINGS = 'smtpd_timeout: 1s\nsmtpd_min_data_rate: 1000\nmynetworks: 127.0.0.1\n';
/** Between two bytes of a client that trickles: never silent for smtpd_timeout. Milliseconds. */
const TRICKLE = 100;

async function begin(t: TestContext, relay: RelayProcess): Promise<SmtpClient> {
  const client = await SmtpClient.connect(relay.port('smtp'));
  t.after(() => client.vanish());
  await client.reply();
  await client.command('EHLO home');
  return client;
}

async function inData(t: TestContext, relay: RelayProcess): Promise<SmtpClient> {
  const client = await begin(t, relay);
  for (const command of ['MAIL FROM:<a@example.jp>', 'RCPT TO:<b@example.net>', 'DATA']) await client.command(command);
  return client;
}

/** Says it again and again until the test ends. */
function repeat(t: TestContext, time: number, say: () => void): void {
  const timer = setInterval(say, time);
  t.after(() => clearInterval(timer));
}

async function raw(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** However it comes about. */
function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

test('a client has so long,', async (outer) => {
  const relay = await startRelay(outer, { ports: 'smtp=0,smtps=0', settings: SETTINGS });

  await outer.test('and no longer, for a command that comes byte by byte', async (t) => {
    const client = await begin(t, relay);
    const began = performance.now();
    repeat(t, TRICKLE, () => client.send('N'));
    const { lines } = await client.reply();
    assert.match(lines.join(), /^421 4\.4\.2 \S+ Error: timeout exceeded$/);
    assert.ok(performance.now() - began < 5_000);
    await client.closed();
  });

  await outer.test('and no longer, for a message that comes byte by byte', async (t) => {
    const client = await inData(t, relay);
    repeat(t, TRICKLE, () => client.send('x'));
    assert.equal((await client.reply()).code, 421);
    await client.closed();
  });

  await outer.test('and longer, for a message that comes fast enough', async (t) => {
    const client = await inData(t, relay);
    const line = `${'x'.repeat(398)}\r\n`;
    let lines = 0;
    repeat(t, TRICKLE, () => {
      if (lines === 20) client.send('.\r\n');
      if (lines < 20) client.send(line);
      lines += 1;
    });
    assert.equal((await client.reply()).code, 250);
  });

  await outer.test('and no longer, for a handshake that comes byte by byte', async (t) => {
    const socket = await raw(t, relay.port('smtps'));
    const hello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252]);
    socket.write(hello);
    repeat(t, TRICKLE, () => socket.write('\0'));
    await closeOf(socket.resume());
  });

  await outer.test('and five seconds to close behind its last answer, even if it goes on sending', async (t) => {
    const socket = await raw(t, relay.port('smtp'));
    await once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\n');
    const began = performance.now();
    repeat(t, TRICKLE, () => socket.write('Accept: */*\r\n'));
    await closeOf(socket);
    const took = performance.now() - began;
    assert.ok(took > 4_000 && took < 10_000, `${took}`);
  });

  await outer.test('but behind QUIT, which is its last word, none', async (t) => {
    const socket = await raw(t, relay.port('smtp'));
    await once(socket, 'data');
    socket.write('QUIT\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.equal(String(answer), r221Bye.wire);
    const began = performance.now();
    repeat(t, TRICKLE, () => socket.write('NOOP\r\n'));
    await closeOf(socket);
    assert.ok(performance.now() - began < 2_000);
  });
});
