import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { logIn, SmtpClient } from '../support/smtp-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

const STOP_TIMEOUT = 8_000;
const SETTINGS = [
  `smtpd_stop_timeout: ${STOP_TIMEOUT}ms`,
  'mynetworks: 127.0.0.1',
  'smtpd_sasl_auth_enable: yes',
  'smtpd_soft_error_limit: 1',
  'smtpd_error_sleep_time: 1s',
  'smtpd_forbid_unauth_pipelining: no',
  '',
].join('\n');
const GOING_DOWN = /^421 4\.3\.2 \S+ Error: service is going down$/;

const start = (t: TestContext): Promise<RelayProcess> =>
  startRelay(t, { ports: 'smtp=0,submission=0,smtps=0', settings: SETTINGS });

async function greeted(t: TestContext, relay: RelayProcess, ...commands: string[]): Promise<SmtpClient> {
  const client = await SmtpClient.connect(relay.port('smtp'));
  t.after(() => client.vanish());
  await client.reply();
  for (const command of ['EHLO home', ...commands]) await client.command(command);
  return client;
}

async function raw(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function assertGoingDown(client: SmtpClient): Promise<void> {
  assert.match((await client.reply()).lines.join(), GOING_DOWN);
  await client.closed();
}

async function takesNothingMore(relay: RelayProcess): Promise<void> {
  await assert.rejects(SmtpClient.connect(relay.port('smtp')), { code: 'ECONNREFUSED' });
}

/** Ends well, and by how many ms. */
async function ended(relay: RelayProcess, began: number): Promise<number> {
  assert.deepEqual(await relay.ended, { status: 0, signal: null });
  return performance.now() - began;
}

const TRANSACTION = ['MAIL FROM:<a@example.jp>', 'RCPT TO:<b@example.net>'];

test('on SIGTERM nothing more is accepted, messages in transit are finished, and others are told 421 4.3.2', async (t) => {
  const relay = await start(t);
  const idle = await greeted(t, relay);
  const inTransaction = await greeted(t, relay, ...TRANSACTION);
  const inLogin = await greeted(t, relay, 'AUTH LOGIN');
  const underTls = await logIn(relay.port('submission'), relay.account);
  const paused = await greeted(t, relay, 'BAD', 'BAD');
  paused.send('BAD\r\n');
  const inData = await greeted(t, relay, ...TRANSACTION, 'DATA');
  inData.send('Subject: half\r\n');
  const inChunks = await greeted(t, relay, ...TRANSACTION, 'BDAT 6\r\nabcd');
  const inHandshake = await raw(t, relay.port('smtps'));
  inHandshake.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
  const began = performance.now();
  relay.kill('SIGTERM');

  for (const client of [idle, inTransaction, inLogin, underTls]) await assertGoingDown(client);
  await eventually('the handshake is given up', () => (inHandshake.resume().closed ? true : undefined));
  await takesNothingMore(relay);
  assert.equal((await paused.reply()).code, 500);
  await assertGoingDown(paused);

  inData.send('\r\nwhole\r\n.\r\n');
  assert.match((await inData.reply()).text, /^2\.0\.0 Ok: queued as /);
  await assertGoingDown(inData);

  assert.equal((await inChunks.command('BDAT 4\r\n\r\n')).code, 250);
  assert.match((await inChunks.command('BDAT 0 LAST')).text, /^2\.0\.0 Ok: \d+ bytes queued as /);
  await assertGoingDown(inChunks);
  assert.ok((await ended(relay, began)) < STOP_TIMEOUT);
});

test('a stop is over within smtpd_stop_timeout, whatever clients do', async (t) => {
  const relay = await start(t);
  const inData = await greeted(t, relay, ...TRANSACTION, 'DATA');
  inData.send('never whole\r\n');
  const deaf = await raw(t, relay.port('smtp'));
  deaf.pause();
  const commands = Buffer.from('NOOP\r\n'.repeat(10_000));
  let taken = 0;
  const send = (): void => {
    taken += 1;
    if (taken < 600) deaf.write(commands, send);
  };
  send();
  let before = -1;
  await eventually('the relay reads no more', async () => {
    const isStill = before === taken;
    before = taken;
    await pause(300);
    return isStill ? true : undefined;
  });
  const began = performance.now();
  relay.kill('SIGTERM');
  const took = await ended(relay, began);
  assert.ok(took > STOP_TIMEOUT - 1_000 && took < STOP_TIMEOUT + 3_000, `${took}`);
});
