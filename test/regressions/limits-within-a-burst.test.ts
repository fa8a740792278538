// What a client was told depended on how its recipients arrived. In one burst, those that policy refused counted for
// smtpd_recipient_limit, and refusals past smtpd_hard_error_limit went on to the burst's end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestSession } from '../support/session.ts';

const RECIPIENTS = ['a@refused.example', 'b@example.net', 'c@refused.example', 'd@example.net', 'e@example.net'].map(
  (address) => `RCPT TO:<${address}>`,
);

for (const [limit, settings, codes] of [
  ['smtpd_recipient_limit', { smtpd_recipient_limit: 2 }, [554, 250, 554, 250, 452]],
  ['smtpd_hard_error_limit', { smtpd_hard_error_limit: 2 }, [554, 250, 554, 421]],
] as const) {
  test(`${limit} holds for recipients of one burst as for those that come one by one`, () => {
    for (const inOneBurst of [true, false]) {
      const session = new TestSession(settings, true);
      session.lines('EHLO home');
      session.lines('MAIL FROM:<a@example.jp>');
      const said = inOneBurst ? session.lines(...RECIPIENTS) : RECIPIENTS.map((line) => session.lines(line)).join('');
      assert.deepEqual(said.match(/^\d{3}/gm)?.map(Number), codes, `in one burst: ${inOneBurst}`);
    }
  });
}
