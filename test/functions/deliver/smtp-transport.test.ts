import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Transport } from '#shared/ports/transport.ts';
import { createSmtpTransport, type RelayhostPasswords, type SmtpSettings } from '#functions/deliver/smtp-transport.ts';
import { bodyOf } from '../../support/body.ts';
import { entryOf } from '../../support/entry.ts';
import { type SinkOptions, type SmtpSink, startSink } from '../../support/smtp-sink.ts';
import { throwawayCertificate } from '../../support/throwaway-certificate.ts';

const to = ['a@example.net', 'b@example.net'];
const MESSAGE = 'Received: from home\r\nSubject: x\r\n\r\n.dot\r\nbody \xe9\0\xff\r\n.\r\nend\r\n';
const STUFFED = MESSAGE.replaceAll('\r\n.', '\r\n..');

type Started = { readonly sink: SmtpSink; readonly transport: Transport };

async function start(
  t: TestContext,
  options: SinkOptions = {},
  settings: Partial<SmtpSettings> = {},
  passwords: RelayhostPasswords = async () => undefined,
): Promise<Started> {
  const sink = await startSink(options);
  t.after(() => sink.close());
  const transport = createSmtpTransport(
    {
      relayhost: `[127.0.0.1]:${sink.port}`,
      smtp_helo_name: 'relay.example.jp',
      smtp_tls_security_level: 'may',
      smtp_connect_timeout: 5000,
      ...settings,
    },
    passwords,
  );
  t.after(() => transport.close());
  return { sink, transport };
}

const passwords = async () => '# smarthost\n127.0.0.1  isp_user:isp:passwd\n';

const replyTo = (start: string, reply: string) => (command: string) => (command.startsWith(start) ? reply : undefined);
/** No reply at all, and none behind it. */
const silentAt = (start: string, tell: () => void) => (command: string) => {
  if (!command.startsWith(start)) return undefined;
  tell();
  return '';
};
const kinds = (outcomes: readonly { readonly kind: string }[]): string[] => outcomes.map(({ kind }) => kind);
const scopeOf = (outcome: { readonly kind: string; readonly scope?: string } | undefined) => [
  outcome?.kind,
  outcome?.scope,
];

test('a message goes out octet for octet, dot-stuffed, with its envelope', async (t) => {
  const { sink, transport } = await start(t);
  const outcomes = await transport.deliver(entryOf({ bodyType: '8BITMIME' }), to, bodyOf(MESSAGE, 5));
  const response = '250 2.0.0 Ok: queued as 1';
  assert.deepEqual(outcomes, [
    { kind: 'delivered', response },
    { kind: 'delivered', response },
  ]);
  const [message] = sink.messages;
  assert.equal(message?.data.toString('latin1'), STUFFED);
  assert.equal(message?.mail, `MAIL FROM:<aaa@example.jp> BODY=8BITMIME SIZE=${MESSAGE.length}`);
  assert.deepEqual(message?.rcpt, ['RCPT TO:<a@example.net>', 'RCPT TO:<b@example.net>']);
  assert.equal(sink.commands[0], 'EHLO relay.example.jp');
});

test('the null sender stays null', async (t) => {
  const { sink, transport } = await start(t);
  await transport.deliver(entryOf({ sender: '' }), ['a@example.net'], bodyOf(MESSAGE));
  assert.match(sink.messages[0]?.mail ?? '', /^MAIL FROM:<>/);
});

for (const extensions of [['PIPELINING'], []]) {
  test(`an accepted, a deferred and a refused recipient in one transaction, with ${extensions.join('') || 'no pipelining'}`, async (t) => {
    const replies: Record<string, string> = {
      'RCPT TO:<b@example.net>': '550 5.1.1 <b@example.net>: no such user',
      'RCPT TO:<c@example.net>': '450 4.2.0 greylisted',
    };
    const { sink, transport } = await start(t, { extensions, reply: (command) => replies[command] });
    const outcomes = await transport.deliver(entryOf(), [...to, 'c@example.net'], bodyOf(MESSAGE));
    assert.deepEqual(outcomes, [
      { kind: 'delivered', response: '250 2.0.0 Ok: queued as 1' },
      {
        kind: 'failed',
        status: '5.1.1',
        reason: 'host 127.0.0.1 said: 550 5.1.1 <b@example.net>: no such user (in reply to RCPT TO command)',
      },
      {
        kind: 'deferred',
        status: '4.2.0',
        reason: 'host 127.0.0.1 said: 450 4.2.0 greylisted (in reply to RCPT TO command)',
        scope: 'recipient',
      },
    ]);
    assert.deepEqual(sink.messages[0]?.rcpt, ['RCPT TO:<a@example.net>']);
  });
}

test('recipients that are all refused keep each its own answer', async (t) => {
  const replies: Record<string, string> = {
    'RCPT TO:<a@example.net>': '550 5.1.1 no',
    'RCPT TO:<b@example.net>': '450 4.2.0 later',
  };
  const { transport } = await start(t, { reply: (command) => replies[command] });
  assert.deepEqual(kinds(await transport.deliver(entryOf(), to, bodyOf(MESSAGE))), ['failed', 'deferred']);
});

test('a refused sender or message is no trouble of the host’s', async (t) => {
  for (const [command, reply, kind, said] of [
    ['MAIL', '550 5.7.1 no', 'failed', 'MAIL FROM command'],
    ['MAIL', '451 4.3.0 later', 'deferred', 'MAIL FROM command'],
    ['(message)', '554 5.6.0 spam', 'failed', 'end of DATA command'],
    ['(message)', '452 4.3.1 full', 'deferred', 'end of DATA command'],
  ] as const) {
    const { transport } = await start(t, { reply: replyTo(command, reply) });
    const [outcome] = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
    assert.ok(outcome !== undefined && outcome.kind !== 'delivered');
    assert.equal(outcome.kind, kind);
    assert.equal(outcome.reason, `host 127.0.0.1 said: ${reply} (in reply to ${said})`);
    if (outcome.kind === 'deferred') assert.equal(outcome.scope, 'recipient');
  }
});

test('a host that refuses us, breaks off or is not there is the transport’s trouble', async (t) => {
  for (const [command, reply] of [
    ['(greeting)', '554 5.7.1 not you'],
    ['(greeting)', '421 4.3.2 too busy'],
    ['(greeting)', 'close'],
    ['MAIL', '421 4.3.2 going down'],
    ['RCPT', 'close'],
    ['(message)', 'close'],
  ] as const) {
    const { transport } = await start(t, { reply: replyTo(command, reply) });
    const outcomes = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
    assert.equal(outcomes.length, 2);
    assert.deepEqual(scopeOf(outcomes[1]), ['deferred', 'transport'], `${command} ${reply}`);
  }
  const { sink, transport } = await start(t);
  await sink.close();
  const [outcome] = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.deepEqual(scopeOf(outcome), ['deferred', 'transport']);
  assert.match(outcome?.kind === 'deferred' ? outcome.reason : '', /^connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
});

test('a host that says nothing is given up after smtp_connect_timeout', async (t) => {
  const silent = { reply: replyTo('(greeting)', '220-wait') };
  const { transport } = await start(t, silent, { smtp_connect_timeout: 100 });
  const [outcome] = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.deepEqual(scopeOf(outcome), ['deferred', 'transport']);
});

test('a message larger than the host takes fails, and nothing is sent', async (t) => {
  const { sink, transport } = await start(t, { extensions: ['SIZE 10'] });
  const [outcome] = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.deepEqual(outcome, {
    kind: 'failed',
    status: '5.3.4',
    reason: 'host 127.0.0.1: Message size larger than allowed 10 octets',
  });
  assert.deepEqual(sink.messages, []);
});

test('an address that SMTP cannot carry fails alone', async (t) => {
  const { sink, transport } = await start(t);
  const outcomes = await transport.deliver(
    entryOf(),
    ['a@example.net', '"<x>"@example.net', 'b@example.net'],
    bodyOf(MESSAGE),
  );
  assert.deepEqual(kinds(outcomes), ['delivered', 'failed', 'delivered']);
  assert.equal(sink.messages[0]?.rcpt.length, 2);
});

test('when its time is over a conversation is broken off, and none is begun', async (t) => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { sink, transport } = await start(t, { reply: silentAt('MAIL', resolve) });
  const timeIsOver = new AbortController();
  const delivery = transport.deliver(entryOf(), to, bodyOf(MESSAGE), timeIsOver.signal);
  await asked;
  timeIsOver.abort(new Error('too late'));
  const late = 'conversation with 127.0.0.1: too late';
  for (const outcomes of [await delivery, await transport.deliver(entryOf(), to, bodyOf(MESSAGE), timeIsOver.signal)]) {
    assert.deepEqual(outcomes.map(scopeOf), [
      ['deferred', 'transport'],
      ['deferred', 'transport'],
    ]);
    assert.ok(outcomes.every((outcome) => outcome.kind === 'deferred' && outcome.reason === late));
  }
  assert.deepEqual(sink.messages, []);
});

test('a body that cannot be read is thrown on, and the host gets no message', async (t) => {
  const { sink, transport } = await start(t);
  const body = {
    size: 10,
    async *chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('half a message\r\n');
      throw new Error('no spool');
    },
  };
  await assert.rejects(transport.deliver(entryOf(), to, body), /no spool/);
  assert.deepEqual(sink.messages, []);
  assert.deepEqual(kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE))), ['delivered']);
  assert.equal(sink.connections, 2);
});

test('STARTTLS is used where it is offered, under encrypt always, and under none never', async (t) => {
  const tls = await throwawayCertificate();
  const extensions = ['STARTTLS', 'PIPELINING'];
  const encrypted = async (offered: readonly string[], level: SmtpSettings['smtp_tls_security_level']) => {
    const { sink, transport } = await start(t, { tls, extensions: offered }, { smtp_tls_security_level: level });
    const [outcome] = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE));
    return [outcome?.kind, sink.messages[0]?.tls];
  };
  assert.deepEqual(await encrypted(extensions, 'may'), ['delivered', true]);
  assert.deepEqual(await encrypted(extensions, 'encrypt'), ['delivered', true]);
  assert.deepEqual(await encrypted(extensions, 'none'), ['delivered', false]);
  assert.deepEqual(await encrypted([], 'may'), ['delivered', false]);
  const refusing = { extensions: [], reply: replyTo('STARTTLS', '502 5.5.1 no') };
  const { sink, transport } = await start(t, refusing, { smtp_tls_security_level: 'encrypt' });
  const [outcome] = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.deepEqual(scopeOf(outcome), ['deferred', 'transport']);
  assert.deepEqual(sink.messages, []);
});

test('the login of smtp_sasl_password_maps is used, PLAIN under TLS', async (t) => {
  const tls = await throwawayCertificate();
  const options = { tls, extensions: ['STARTTLS', 'AUTH PLAIN LOGIN CRAM-MD5'] };
  const { sink, transport } = await start(t, options, {}, passwords);
  assert.deepEqual(kinds(await transport.deliver(entryOf(), to, bodyOf(MESSAGE))), ['delivered', 'delivered']);
  const token = Buffer.from('\0isp_user\0isp:passwd').toString('base64');
  assert.ok(sink.commands.includes(`AUTH PLAIN ${token}`));
});

test('without TLS no mechanism that shows the password is used', async (t) => {
  const reply = replyTo('AUTH', '334 PDEyMy40NTZAc2luaz4=');
  const { sink, transport } = await start(
    t,
    {
      extensions: ['AUTH PLAIN LOGIN CRAM-MD5'],
      reply: (command) => reply(command) ?? (/^[\w+/]+=*$/.test(command) ? '235 2.7.0 Ok' : undefined),
    },
    {},
    passwords,
  );
  assert.deepEqual(kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE))), ['delivered']);
  assert.deepEqual(
    sink.commands.filter((command) => command.startsWith('AUTH')),
    ['AUTH CRAM-MD5'],
  );
});

test('a host that announces no AUTH is used without', async (t) => {
  const { sink, transport } = await start(t, {}, {}, passwords);
  assert.deepEqual(kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE))), ['delivered']);
  assert.equal(sink.messages.length, 1);
});

test('a refused login is the transport’s trouble: mail waits until the password is put right', async (t) => {
  const options = { extensions: ['AUTH CRAM-MD5'], reply: replyTo('AUTH', '535 5.7.8 bad password') };
  const { sink, transport } = await start(t, options, {}, passwords);
  const outcomes = await transport.deliver(entryOf(), to, bodyOf(MESSAGE));
  assert.deepEqual(scopeOf(outcomes[0]), ['deferred', 'transport']);
  assert.match(outcomes[0]?.kind === 'deferred' ? outcomes[0].reason : '', /535 5\.7\.8 bad password/);
  assert.ok(!sink.commands.some((command) => command.startsWith('MAIL')));
});

test('a session is used again while it lives, and a dead one is replaced', async (t) => {
  const dead = { isDead: false };
  const reply = (command: string, connection: number): string | undefined =>
    dead.isDead && connection === 1 && command === 'RSET' ? 'close' : undefined;
  const { sink, transport } = await start(t, { reply });
  const deliver = async () => kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE)));
  assert.deepEqual(await deliver(), ['delivered']);
  assert.deepEqual(await deliver(), ['delivered']);
  dead.isDead = true;
  assert.deepEqual(await deliver(), ['delivered']);
  assert.deepEqual(
    sink.messages.map(({ connection }) => connection),
    [1, 1, 2],
  );
});

test('close ends idle sessions with QUIT', async (t) => {
  const { sink, transport } = await start(t);
  await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE));
  await transport.close();
  assert.equal(sink.commands.at(-1), 'QUIT');
});

test('a new session logs in with the passwords of that moment', async (t) => {
  const texts = ['127.0.0.1  old:wrong\n', '127.0.0.1  new:right\n'];
  const right = Buffer.from('\0new\0right').toString('base64');
  const tls = await throwawayCertificate();
  const options = {
    tls,
    extensions: ['STARTTLS', 'AUTH PLAIN'],
    reply: (command: string) => (command.startsWith('AUTH') && !command.endsWith(right) ? '535 5.7.8 no' : undefined),
  };
  const { transport } = await start(t, options, {}, async () => texts.shift());
  assert.deepEqual(kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE))), ['deferred']);
  assert.deepEqual(kinds(await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE))), ['delivered']);
});

test('passwords that cannot be read are the transport’s trouble, and no session is opened without them', async (t) => {
  const { sink, transport } = await start(t, {}, {}, () => Promise.reject(new Error('no secrets')));
  const [outcome] = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(MESSAGE));
  assert.deepEqual(scopeOf(outcome), ['deferred', 'transport']);
  assert.match(outcome?.kind === 'deferred' ? outcome.reason : '', /no secrets/);
  assert.equal(sink.connections, 0);
});

test('settings that cannot work stop the start with what is wrong', async (t) => {
  await assert.rejects(start(t, {}, { relayhost: '' }), /relayhost: "" is no next hop; write \[host\]:port/);
});
