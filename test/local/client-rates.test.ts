import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmtpClient } from '../support/smtp-client.ts';
import { startRelay } from '../support/relay-process.ts';

test('a client over its rates is refused as Postfix refuses it, and each service counts for itself', async (t) => {
  const relay = await startRelay(t, {
    ports: 'smtp=0,submission=0',
    settings:
      'smtpd_client_connection_rate_limit: 2\nsmtpd_client_message_rate_limit: 1\nsmtpd_client_auth_rate_limit: 1\n',
  });
  const port = relay.port('smtp');
  const first = await SmtpClient.connect(port);
  t.after(() => first.vanish());
  await first.reply();
  await first.command('EHLO home');
  assert.equal((await first.command('MAIL FROM:<a@example.jp>')).code, 250);
  await first.command('RSET');
  assert.deepEqual((await first.command('MAIL FROM:<a@example.jp>')).lines, [
    '450 4.7.1 Error: too much mail from 127.0.0.1',
  ]);
  const second = await SmtpClient.connect(port);
  t.after(() => second.vanish());
  assert.equal((await second.reply()).code, 220);
  const third = await SmtpClient.connect(port);
  const { lines } = await third.reply();
  assert.match(lines[0] ?? '', /^421 4\.7\.0 \S+ Error: too many connections from 127\.0\.0\.1$/);
  await third.closed();
  const other = await SmtpClient.connect(relay.port('submission'));
  t.after(() => other.vanish());
  assert.equal((await other.reply()).code, 220);
});
