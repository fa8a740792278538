// Several refusals in one burst each began a pause of their own; the second pause's end let a line be stepped while the
// effect of another was under way, so that replies came out of order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmtpClient } from '../support/smtp-client.ts';
import { startRelay } from '../support/relay-process.ts';

test('past the soft error limit a burst of refusals costs one pause, and what follows is answered in order', async (t) => {
  const settings =
    'smtpd_soft_error_limit: 1\nsmtpd_error_sleep_time: 200ms\nsmtpd_sasl_auth_enable: yes\nsmtpd_forbid_unauth_pipelining: no\n';
  const relay = await startRelay(t, { ports: 'smtp=0', settings });
  const client = await SmtpClient.connect(relay.port('smtp'));
  t.after(() => client.vanish());
  const { login, password } = relay.account;
  const auth = `AUTH PLAIN ${Buffer.from(`\0${login}\0${password}`).toString('base64')}`;
  const refused = ['a', 'b', 'c'].map((user) => `RCPT TO:<${user}@no.example>`);
  // Checking the password takes longer than what lies between two pauses' ends.
  client.send(['HELO home', 'MAIL FROM:<x@example.org>', ...refused, 'RSET', auth, 'NOOP', ''].join('\r\n'));
  const codes: number[] = [];
  for (let i = 0; i < 9; i++) codes.push((await client.reply()).code);
  assert.deepEqual(codes, [220, 250, 250, 554, 554, 554, 250, 235, 250]);
});
