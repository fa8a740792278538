import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmtpClient } from '../support/smtp-client.ts';
import { startRelay } from '../support/relay-process.ts';

test('an authorized client is taken for the one it names, limits and restrictions included', async (t) => {
  const relay = await startRelay(t, {
    ports: 'smtp=0',
    settings: [
      'log_level: debug',
      'mynetworks: 192.0.2.7',
      'smtpd_authorized_xclient_hosts: 127.0.0.1',
      'smtpd_client_message_rate_limit: 1',
      'smtpd_client_event_limit_exceptions: 192.0.2.8',
      '',
    ].join('\n'),
  });
  const client = await SmtpClient.connect(relay.port('smtp'));
  t.after(() => client.vanish());
  await client.reply();
  const codes: number[] = [];
  for (const command of [
    'EHLO home',
    'MAIL FROM:<a@example.jp>',
    'RCPT TO:<b@example.net>',
    'RSET',
    'XCLIENT ADDR=192.0.2.7 HELO=home PROTO=ESMTP',
    'MAIL FROM:<a@example.jp>',
    'RCPT TO:<b@example.net>',
    'RSET',
    'MAIL FROM:<a@example.jp>',
    'XCLIENT ADDR=192.0.2.8',
  ]) {
    codes.push((await client.command(command)).code);
  }
  // The address that it took may not say XCLIENT any more.
  assert.deepEqual(codes, [250, 250, 554, 250, 220, 250, 250, 250, 450, 550]);
  await relay.stop();
  assert.match(relay.log(), /"event":"refused","session":"\w+","client":"192\.0\.2\.7","reason":"450 4\.7\.1"/);
});
