// A SASL response over the limit of a line was refused, but the exchange went on, so that the next command was taken for a
// response. And a client that sent nothing but such lines was never turned away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestSession } from '../support/session.ts';

const TOO_LONG = { kind: 'lineTooLong' } as const;

test('a SASL response that is too long for a line ends the exchange', () => {
  const session = new TestSession({}, true);
  session.lines('EHLO home');
  session.lines('AUTH LOGIN');
  assert.match(session.input(TOO_LONG), /^500 5\.5\.6 SASL response limit exceeded\r\n$/);
  assert.match(session.lines('MAIL FROM:<a@example.jp>'), /^250 /);
});

test('lines that are too long are errors, of which smtpd_hard_error_limit ends the session', () => {
  const session = new TestSession({ smtpd_hard_error_limit: 3 }, true);
  for (let i = 0; i < 3; i++) assert.match(session.input(TOO_LONG), /^500 /);
  assert.match(session.input(TOO_LONG), /^421 4\.7\.0 /);
  assert.ok(session.closed);
});
