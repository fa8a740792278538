// Debian's Postfix as a home server that has no password, but a certificate that the relay knows.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startRelay } from '../support/relay-process.ts';
import { requires } from '../support/requires.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';
import { AAA, MEMO_ACCOUNTS } from './support/memo-relay.ts';
import { delivered, MESSAGE } from './support/message.ts';
import { startPostfix } from './support/postfix.ts';

const skip = requires({ root: true, commands: ['postfix', 'sendmail'] });

test('a home Postfix relays by smtp_tls_cert_file, without a login', { skip }, async (t) => {
  const { cert, key } = await throwawayCertificate('home.example.jp');
  const settings = `myhostname: mail.example.jp
smtpd_tls_ask_ccert: yes
services:
  submission:
    smtpd_hide_client_session: no
relay_clientcerts: ${new X509Certificate(cert).fingerprint256}=${AAA.login}
`;
  const relay = await startRelay(t, { settings, args: MEMO_ACCOUNTS, ports: 'submission=0' });
  const home = await startPostfix(t, { myhostname: 'home.example.jp' });
  await writeFile(`${home.folder}/client.pem`, key + cert);
  await home.configure([
    `relayhost = [127.0.0.1]:${relay.port('submission')}`,
    'smtp_tls_security_level = encrypt',
    `smtp_tls_cert_file = ${home.folder}/client.pem`,
  ]);
  await home.sendmail(AAA.sender, 'someone@example.net', MESSAGE);
  const [message] = await delivered(relay, 1);
  assert.match(String(message), /^Received: from home\.example\.jp .*\r\n\tby mail\.example\.jp .* with ESMTPS id /);
});
