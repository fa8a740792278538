// SCRAM-SHA-256-PLUS with an app password against the running relay, as far as no client of Debian's goes: bound to the
// connection's TLS, with the server's proof looked at, and its use in relayctl's list.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { relayctl, startRelay } from '../support/relay-process.ts';
import { answerScram } from '../support/scram-client.ts';
import { SmtpClient, type SmtpReply } from '../support/smtp-client.ts';

const HEADER = 'p=tls-exporter,,';

type Way = { readonly login: string; readonly password: string; readonly binding: Buffer };

/** The replies behind the client's proof, and what the server had to prove. */
async function logIn(client: SmtpClient, { login, password, binding }: Way): Promise<[SmtpReply, string]> {
  const bare = `n=${login},r=fyko+d2lbbFgONRv9qkxdawL`;
  const first = await client.command(`AUTH SCRAM-SHA-256-PLUS ${base64(HEADER + bare)}`);
  assert.equal(first.code, 334);
  const header = Buffer.concat([Buffer.from(HEADER), binding]);
  const { final, server } = answerScram({ password, bare, header }, Buffer.from(first.text, 'base64').toString());
  return [await client.command(base64(final)), server];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

suite('SCRAM-SHA-256-PLUS', () => {
  test('lets an app password in over STARTTLS and over TLS, proves the server, and is shown as its last use', async (t) => {
    const relay = await startRelay(t, { ports: 'submission=0,smtps=0' });
    const { login } = relay.account;
    const added = await relayctl(relay, 'account', 'password', 'add', login, '--name', 'phone');
    const password = /^ {2}(\S+)$/m.exec(added)?.[1] ?? '';

    const starttls = await SmtpClient.connect(relay.port('submission'));
    await starttls.reply();
    await starttls.command('EHLO home.example.jp');
    await starttls.command('STARTTLS');
    await starttls.startTls();
    const tls = await SmtpClient.connectTls(relay.port('smtps'));
    await tls.reply();

    for (const client of [starttls, tls]) {
      const { lines } = await client.command('EHLO home.example.jp');
      assert.ok(lines.some((line) => line.startsWith('250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 ')));
      const binding = client.tlsExporter();
      // The relay may take a second to hear of the new password.
      const server = await eventually('the login', async () => {
        const [reply, expected] = await logIn(client, { login, password, binding });
        return reply.code === 334 ? Buffer.from(reply.text, 'base64').toString() === expected : undefined;
      });
      assert.equal(server, true);
      assert.equal((await client.command('')).code, 235);
      client.vanish();
    }

    const used = await eventually('the use', async () => {
      const listed = await relayctl(relay, 'account', 'password', 'list', login);
      return /^phone .* 127\.0\.0\.1 +never$/m.exec(listed)?.[0];
    });
    assert.match(used, /^phone +\d{4}-\d\d-\d\d \d\d:\d\d +\d{4}-/);
  });

  test('refuses the right password with a proof that was made for another connection', async (t) => {
    const relay = await startRelay(t, { ports: 'smtps=0' });
    const tls = await SmtpClient.connectTls(relay.port('smtps'));
    const other = await SmtpClient.connectTls(relay.port('smtps'));
    await tls.reply();
    await tls.command('EHLO home.example.jp');
    const [refused] = await logIn(tls, { ...relay.account, binding: other.tlsExporter() });
    assert.equal(refused.code, 535);
    const [right] = await logIn(tls, { ...relay.account, binding: tls.tlsExporter() });
    assert.equal(right.code, 334);
    tls.vanish();
    other.vanish();
  });
});
