// The trace header has the form of a real Postfix's, whatever the client calls itself and however it comes.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { sendMessage, SmtpClient } from '../support/smtp-client.ts';
import { startRelay, temporaryFolder } from '../support/relay-process.ts';
import { requires } from '../support/requires.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';
import { delivered, outboxSize, takeTraces } from './support/message.ts';
import { startPostfix } from './support/postfix.ts';
import { succeed } from './support/programs.ts';

const skip = requires({ root: true, commands: ['postfix', 'postqueue', 'postcat'] });

const RELAY = `myhostname: mail.example.jp
mail_name: Postfix
mynetworks: 127.0.0.1/32
smtpd_sender_restrictions: []
smtpd_tls_received_header: yes
smtpd_tls_ask_ccert: yes
default_transport: capture
`;

/** Mail that may come in from here is held in the queue. */
const POSTFIX = [
  'mynetworks = 127.0.0.1/32',
  'smtpd_relay_restrictions = permit_mynetworks, reject',
  'smtpd_peername_lookup = no',
  'smtpd_tls_security_level = may',
  'smtpd_tls_received_header = yes',
  'smtpd_tls_ask_ccert = yes',
  'defer_transports = smtp',
];

type Case = {
  readonly what: string;
  readonly hello: string;
  readonly to: readonly string[];
  readonly tls?: ConnectionOptions;
};

const TO = 'someone@example.net';
const CASES: readonly Case[] = [
  { what: 'EHLO and one recipient', hello: 'EHLO home.example.jp', to: [TO] },
  { what: 'HELO and two recipients', hello: 'HELO home', to: [TO, 'else@example.net'] },
  { what: 'an address literal', hello: 'EHLO [192.0.2.1]', to: [TO] },
  { what: 'a name that is none', hello: 'HELO ho(me;a  two @<words> "b', to: [TO] },
  { what: 'a local part that wants quotes', hello: 'EHLO home', to: ['"a b"@example.net'] },
  { what: 'TLS', hello: 'EHLO home.example.jp', to: [TO], tls: {} },
  {
    what: 'a client certificate',
    hello: 'EHLO home.example.jp',
    to: [TO],
    tls: await throwawayCertificate('home.example.jp'),
  },
  {
    what: 'TLS 1.2 and a short key',
    hello: 'EHLO home.example.jp',
    to: [TO],
    tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  },
];

async function send(port: number, { hello, to, tls }: Case): Promise<string> {
  const client = await SmtpClient.connect(port);
  await client.reply();
  if (tls !== undefined) {
    await client.command(hello);
    await client.command('STARTTLS');
    await client.startTls(tls);
  }
  await client.command(hello);
  const { code, text } = await sendMessage(client, {
    from: 'me@example.jp',
    to,
    content: Buffer.from('Subject: hello\r\n\r\nhello\r\n'),
  });
  client.vanish();
  assert.equal(code, 250, text);
  return /queued as (\S+)/.exec(text)?.[1] ?? '';
}

/** Without what is another's every time; Node does not tell a server how keys were exchanged, and who signed with what. */
function formOf(header: string, queueId: string): string {
  return header
    .replaceAll('\r\n', '\n')
    .replace(queueId, 'ID')
    .replace(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4} \(\w+\)/, 'DATE')
    .replace(/ bits\)\n(?:\t (?:key-exchange|client-signature) .*\n)+/, ' bits))\n');
}

test("the trace header has Postfix's form", { skip }, async (t) => {
  const folder = await temporaryFolder(t);
  const { key, cert } = await throwawayCertificate('mail.example.jp');
  await writeFile(join(folder, 'pair.pem'), key + cert, { mode: 0o600 });
  const port = await freePort();
  const postfix = await startPostfix(t, {
    myhostname: 'mail.example.jp',
    listen: `127.0.0.1:${port}`,
    settings: [...POSTFIX, `smtpd_tls_chain_files = ${join(folder, 'pair.pem')}`],
  });
  const relay = await startRelay(t, { settings: RELAY, ports: 'smtp=0' });
  for (const each of CASES) {
    await t.test(each.what, async () => {
      const theirs = await send(port, each);
      const queued = await succeed(['postcat', '-c', postfix.folder, '-h', '-q', theirs]);
      const [expected = ''] = /^Received: .*\n(?:\t.*\n)+/m.exec(queued) ?? [];

      const before = await outboxSize(relay);
      const ours = await send(relay.port('smtp'), each);
      const message = (await delivered(relay, before + 1)).at(-1) ?? Buffer.alloc(0);
      const [header = ''] = takeTraces(message, 1).traces;
      assert.match(formOf(expected, theirs), /^Received: from \S+ \(unknown \[127\.0\.0\.1\]\)\n[^]* id ID[^]*DATE\n$/);
      assert.equal(formOf(header, ours), formOf(expected, theirs));
    });
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
