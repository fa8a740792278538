import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import { createCertificateLogin } from '#functions/listener/certificate-login.ts';
import { eventually } from '../support/eventually.ts';
import { outboxMessages } from '../support/outbox-files.ts';
import { startRelay } from '../support/relay-process.ts';
import { sendMessage, SmtpClient, type SmtpReply } from '../support/smtp-client.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';

const AAA = 'aaa@mail.example.jp';
const ACCOUNTS = join(import.meta.dirname, '../memo/directory.yaml');
const OWNED = {
  from: 'aaa@example.jp',
  to: ['someone@example.net'],
  content: Buffer.from('Subject: test\r\n\r\ntext\r\n'),
};

const NOT_LOGGED_IN = '5.7.1 <aaa@example.jp>: Sender address rejected: not logged in';

const home = await throwawayCertificate('home.example.jp');
const stranger = await throwawayCertificate('stranger.example.jp');
const fingerprint = new X509Certificate(home.cert).fingerprint256;

/** smtps asks for certificates, submission only if it is told to. */
async function start(t: TestContext, submissionAsks = true) {
  const settings = [
    'myhostname: mail.example.jp',
    `relay_clientcerts: ${fingerprint.toLowerCase()}=${AAA}`,
    'smtpd_sender_restrictions: reject_sender_login_mismatch',
    'services:',
    '  smtps:',
    '    smtpd_tls_ask_ccert: yes',
    '    smtpd_hide_client_session: no',
    '  submission:',
    '    smtpd_hide_client_session: no',
    `    smtpd_tls_ask_ccert: ${submissionAsks ? 'yes' : 'no'}\n`,
  ].join('\n');
  return startRelay(t, { settings, ports: 'submission=0,smtps=0', args: ['--directory', ACCOUNTS] });
}

async function greeted(client: SmtpClient): Promise<SmtpClient> {
  assert.equal((await client.reply()).code, 220);
  await client.command('EHLO home.example.jp');
  return client;
}

async function withTls(t: TestContext, port: number, options: { cert?: string; key?: string; session?: Buffer }) {
  const client = await greeted(await SmtpClient.connectTls(port, options));
  t.after(() => client.vanish());
  return client;
}

async function recipient(client: SmtpClient, sender = 'aaa@example.jp'): Promise<SmtpReply> {
  await client.command(`MAIL FROM:<${sender}>`);
  return client.command('RCPT TO:<someone@example.net>');
}

suite('a client that shows a certificate of relay_clientcerts', () => {
  test('sends as the account without AUTH, under STARTTLS too; the trace says ESMTPS', async (t) => {
    const relay = await start(t);
    const client = await SmtpClient.connect(relay.port('submission'));
    t.after(() => client.vanish());
    await greeted(client);
    await client.command('STARTTLS');
    await client.startTls(home);
    await client.command('EHLO home.example.jp');
    assert.equal((await sendMessage(client, OWNED)).code, 250);
    assert.equal((await sendMessage(await withTls(t, relay.port('smtps'), home), OWNED)).code, 250);
    const messages = await eventually('both', async () => {
      const found = await outboxMessages(relay.dataDirectory);
      return found.length === 2 ? found : undefined;
    });
    for (const message of messages) assert.match(message.toString(), / with ESMTPS id /);
  });

  test('sends from the addresses of its account alone', async (t) => {
    const relay = await start(t);
    const client = await withTls(t, relay.port('smtps'), home);
    assert.equal((await recipient(client, 'bbb@example.jp')).code, 553);
  });

  test('may log in all the same, once', async (t) => {
    const client = await withTls(t, (await start(t)).port('smtps'), home);
    const plain = `AUTH PLAIN ${Buffer.from(`\0${AAA}\0secret-a`).toString('base64')}`;
    assert.equal((await client.command(plain)).code, 235);
    assert.equal((await client.command(plain)).code, 503);
  });

  test('is known in a resumed session, but not by a service that does not ask', async (t) => {
    const relay = await start(t, false);
    const first = connect({ host: '127.0.0.1', port: relay.port('smtps'), rejectUnauthorized: false, ...home });
    const [session] = (await once(first, 'session')) as [Buffer];
    first.destroy();
    assert.equal((await recipient(await withTls(t, relay.port('smtps'), { session }))).code, 250);
    const client = await SmtpClient.connect(relay.port('submission'));
    t.after(() => client.vanish());
    await greeted(client);
    await client.command('STARTTLS');
    await client.startTls({ session });
    await client.command('EHLO home.example.jp');
    assert.equal((await recipient(client)).text, NOT_LOGGED_IN);
  });
});

test('a client with a certificate that nobody has, or with none, is a stranger', async (t) => {
  const relay = await start(t);
  for (const shown of [stranger, {}]) {
    assert.equal((await recipient(await withTls(t, relay.port('smtps'), shown))).text, NOT_LOGGED_IN);
  }
  const { fingerprint256 } = new X509Certificate(stranger.cert);
  await eventually('its fingerprint in the log', () => relay.log().includes(fingerprint256) || undefined);
});

test('a certificate stands for an account that is there and enabled, and for no other', async () => {
  const account = { login: AAA, senders: [], disabled: false, created: 0 };
  const settings = { relay_clientcerts: [`${fingerprint}=aaa`], smtpd_sasl_local_domain: 'mail.example.jp' };
  const shown = { fingerprint256: fingerprint };
  const whose = (found: typeof account | undefined) =>
    createCertificateLogin(settings, { account: async (login) => (login === AAA ? found : undefined) })(shown);
  assert.equal(await whose(account), AAA);
  assert.equal(await whose({ ...account, disabled: true }), undefined);
  assert.equal(await whose(undefined), undefined);
});
