// A client that sends commands and never reads made the relay hold all its replies in memory.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { startRelay } from '../support/relay-process.ts';

const COMMANDS = Buffer.from('NOOP\r\n'.repeat(10_000));
/** More than the kernel holds on both ways. Octets. */
const ALL = 600 * COMMANDS.length;

test('a client that does not read its replies is not read either, until it reads', async (t) => {
  const relay = await startRelay(t, { ports: 'smtp=0', settings: 'smtpd_forbid_unauth_pipelining: no\n' });
  const socket = connect(relay.port('smtp'), '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  let sent = 0;
  const send = (): void => {
    sent += COMMANDS.length;
    if (sent < ALL) socket.write(COMMANDS, send);
  };
  send();

  let before = -1;
  while (before !== sent) {
    before = sent;
    await pause(500);
  }
  assert.ok(sent < ALL, `${sent} octets of commands were taken`);
  socket.resume();
  await eventually('the relay reads on', () => (sent > before ? true : undefined));
});
