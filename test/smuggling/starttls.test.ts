import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmtpClient } from '../support/smtp-client.ts';
import { startRelay } from '../support/relay-process.ts';
import { play } from '../support/wire-session.ts';

/** What somebody on the way puts behind the client's STARTTLS, in the clear: whole commands, the beginning of one, and both. */
const INJECTED = [
  'NOOP\r\n',
  'EHLO elsewhere.example\r\n',
  'EHLO elsewhere.example\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n',
  'EHLO elsewhere.example\r\nAUTH PLAIN\r\n',
  'AUTH PLAIN AGEAYg==\r\n',
  'STARTTLS\r\n',
  'RSET\nNOOP\n',
  'QUIT\r\n',
  'RSE',
  'MAIL FROM:<a@example.jp>\r\nRCPT TO:<',
  '\r',
  '\0',
  'x'.repeat(5000),
];

test('what stands in the clear behind STARTTLS is never a command, nor the beginning of one', async (t) => {
  const relay = await startRelay(t, { ports: 'submission=0' });
  for (const injected of INJECTED) {
    const client = await SmtpClient.connect(relay.port('submission'));
    t.after(() => client.vanish());
    await client.reply();
    await client.command('EHLO home.example.jp');
    client.send(`STARTTLS\r\n${injected}`);
    const name = JSON.stringify(injected.slice(0, 100));
    assert.equal((await client.reply()).code, 220, name);
    await client.startTls();
    assert.equal((await client.command('NOOP')).code, 250, name);
    assert.match((await client.command('MAIL FROM:<a@example.jp>')).text, /send HELO\/EHLO first/, name);
    assert.equal((await client.command('QUIT')).code, 221, name);
    await client.closed();
  }
});

test('inside an AUTH exchange STARTTLS is a response, and no command', async () => {
  const said = 'EHLO home.example.jp\r\nAUTH LOGIN\r\nSTARTTLS\r\nNOOP\r\nQUIT\r\n';
  for (const pieces of [[Buffer.from(said)], [...Buffer.from(said)].map((byte) => Buffer.from([byte]))]) {
    const { replies } = await play(pieces, { smtpd_sasl_mechanism_list: ['LOGIN'], smtpd_tls_auth_only: false });
    const codes = [...replies.matchAll(/^(\d{3}) /gm)].map(([, code]) => code);
    assert.deepEqual(codes, ['220', '250', '334', '535', '250', '221']);
  }
});
