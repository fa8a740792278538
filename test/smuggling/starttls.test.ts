import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Listener } from '#functions/listener/server.ts';
import { MemoryListener } from '../support/memory-listener.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { cuts, falseEnds, inSpool, SECOND } from './variants.ts';

const LOGIN = `AUTH PLAIN ${Buffer.from('\0evil@example.org\0secret').toString('base64')}`;

/** A listener on loopback, and a client of it that has said EHLO in the clear. */
async function open(t: TestContext) {
  const { context, messages } = new MemoryListener({ smtpd_forbid_unauth_pipelining: false });
  const listener = new Listener(context);
  t.after(() => listener.close(0));
  const port = await listener.open({ service: 'submission', host: '127.0.0.1', port: 0 });
  async function connect(): Promise<SmtpClient> {
    const client = await SmtpClient.connect(port);
    t.after(() => client.vanish());
    await client.reply();
    await client.command('EHLO home');
    return client;
  }
  return { messages, connect };
}

/** What a stranger on the way may put behind STARTTLS: whole commands, beginnings of one, and what ends none. */
const INJECTED = [
  'NOOP\r\n',
  'EHLO evil.example.org\r\n',
  `EHLO evil.example.org\r\n${LOGIN}\r\n`,
  `${LOGIN}\r\n`,
  'AUTH LOGIN\r\n',
  'RSET\r\nMAIL FROM:<evil@example.org>\r\n',
  `${SECOND}.\r\n`,
  'EHLO evil.example.org',
  'EHLO evil.example.org\r',
  'EHLO evil.example.org\n',
  'NOOP ',
  'x'.repeat(5000),
  `${'x'.repeat(5000)}\r\nNOOP\r\n`,
  '\r',
  '\n',
  '\0',
  ' ',
];

suite('what is sent in the clear in the same packet as STARTTLS', () => {
  test('is no command, nor the beginning of one, under TLS', async (t) => {
    const { messages, connect } = await open(t);
    for (const injected of INJECTED) {
      const client = await connect();
      client.send(`STARTTLS\r\n${injected}`);
      assert.equal((await client.reply()).code, 220);
      await client.startTls();
      // Neither a name nor a login is left of it, and no reply to it comes first.
      const replies = [await client.command('MAIL FROM:<first@example.jp>'), await client.command('EHLO home')];
      assert.deepEqual(
        replies.map(({ code }) => code),
        [503, 250],
        JSON.stringify(injected),
      );
      assert.ok(!replies.some(({ lines }) => lines.includes('250-STARTTLS')));
      assert.equal((await client.command(LOGIN)).code, 235, JSON.stringify(injected));
      client.vanish();
    }
    assert.deepEqual(messages, []);
  });

  test('is no command when the session was amid a transaction or had failed to log in', async (t) => {
    const { messages, connect } = await open(t);
    for (const before of [
      ['MAIL FROM:<evil@example.org>', 'RCPT TO:<victim@example.net>'],
      ['AUTH LOGIN', 'STARTTLS'],
      ['AUTH LOGIN', '*'],
      [LOGIN],
    ]) {
      const client = await connect();
      for (const command of before) await client.command(command);
      client.send(`STARTTLS\r\nDATA\r\nsecond\r\n.\r\n${LOGIN}\r\n`);
      assert.equal((await client.reply()).code, 220, before[0]);
      await client.startTls();
      const codes = [];
      for (const command of ['DATA', 'EHLO home', 'DATA', LOGIN]) codes.push((await client.command(command)).code);
      assert.deepEqual(codes, [503, 250, 503, 235], before[0]);
    }
    assert.deepEqual(messages, []);
  });
});

test('what is sent in the clear where the handshake should begin ends the connection, and is no command', async (t) => {
  const { messages, connect } = await open(t);
  for (const injected of INJECTED.filter((text) => text.length > 5)) {
    const client = await connect();
    assert.equal((await client.command('STARTTLS')).code, 220);
    client.send(injected);
    await assert.rejects(client.reply(), /connection closed/, JSON.stringify(injected));
  }
  assert.deepEqual(messages, []);
});

test('over a real socket, in the clear and under TLS, no false end lets a second message in either', async (t) => {
  const { messages, connect } = await open(t);
  for (const tls of [false, true]) {
    const client = await connect();
    if (tls) {
      await client.command('STARTTLS');
      await client.startTls();
      await client.command('EHLO home');
    }
    for (const { before, after } of falseEnds(['\r', '\n', '\0'], 2)) {
      const text = `first${before}.${after}${SECOND}`;
      const at = 5 + before.length;
      for (const packets of [...cuts(`${text}.\r\n`)].slice(at - 2, at + 2)) {
        messages.length = 0;
        for (const command of ['MAIL FROM:<first@example.jp>', 'RCPT TO:<friend@example.net>', 'DATA']) {
          await client.command(command);
        }
        for (const packet of packets) client.send(Buffer.from(packet, 'latin1'));
        assert.equal((await client.reply()).code, 250, JSON.stringify(packets));
        assert.equal((await client.command('NOOP')).code, 250);
        assert.deepEqual(
          messages.map(({ sender, content }) => [sender, content]),
          [['first@example.jp', inSpool(text)]],
          JSON.stringify(packets),
        );
      }
    }
  }
});
