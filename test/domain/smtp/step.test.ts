import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SessionSettings } from '#shared/domain/smtp/session.ts';
import { r554ClientRejected } from '#shared/domain/smtp/reply.ts';
import { step } from '#shared/domain/smtp/step.ts';
import { TestSession } from '../../support/session.ts';

function inTransaction(settings: Partial<SessionSettings> = {}): TestSession {
  const session = new TestSession({ smtpd_recipient_limit: 1000, ...settings }, true);
  session.lines('EHLO home');
  session.lines('MAIL FROM:<a@example.jp>');
  return session;
}

test('recipients that arrive in one burst are one policy call', () => {
  const session = inTransaction();
  session.lines('RCPT TO:<a@example.net>', 'rcpt to:<b@example.net>', ' RCPT TO:<c@example.net>');
  session.lines('RCPT TO:<d@example.net>');
  assert.deepEqual(session.bursts, [['a@example.net', 'b@example.net', 'c@example.net'], ['d@example.net']]);
});

test('a policy that cannot be asked defers each recipient with 451 4.3.5, and the session goes on', () => {
  const session = inTransaction();
  session.session = {
    ...session.session,
    transaction: { ...session.session.transaction!, burst: [{ recipient: { address: 'a@example.net' } }] },
  };
  const out = session.input({ kind: 'judged', verdicts: undefined });
  assert.equal(out, '451 4.3.5 <a@example.net>: Recipient address rejected: Server configuration problem\r\n');
  assert.match(session.lines('NOOP'), /^250 /);
});

test('a name in EHLO that could be taken for more than a name is blanked, for the trace header', () => {
  const session = new TestSession();
  session.lines('HELO ho(me;a  two @<words>\\ "b');
  assert.deepEqual(session.session.helo, { verb: 'HELO', name: 'ho?me?a?two???words????b' });
  session.lines('EHLO [IPv6:2001:db8::1]');
  assert.deepEqual(session.session.helo, { verb: 'EHLO', name: '[IPv6:2001:db8::1]' });
});

test('behind smtpd_hard_error_limit errors the next command ends the session with 421', () => {
  const session = inTransaction();
  for (let i = 0; i < 20; i++) assert.match(session.lines('FOO'), /^500 5\.5\.2 /);
  assert.match(session.lines('FOO'), /^421 4\.7\.0 mail\.example\.jp Error: too many errors/);
  assert.ok(session.closed);
});

test('an accepted message forgives the errors before it', () => {
  const session = inTransaction();
  for (let i = 0; i < 19; i++) session.lines('FOO');
  session.lines('RCPT TO:<a@example.net>', 'DATA');
  assert.match(session.end(), /^250 2\.0\.0 Ok: queued/);
  assert.equal(session.session.errors, 0);
});

test('a message that could not be stored gets 451 4.3.0 and the session goes on', () => {
  const session = inTransaction();
  session.lines('RCPT TO:<a@example.net>', 'DATA');
  assert.equal(session.input({ kind: 'notStored' }), '451 4.3.0 Error: queue file write error\r\n');
  assert.match(session.lines('MAIL FROM:<a@example.jp>'), /^250 2\.1\.0/);
});

test('without room for another message DATA gets 452 4.3.1', () => {
  const session = inTransaction();
  session.lines('RCPT TO:<a@example.net>');
  const out = session.input({
    kind: 'line',
    line: 'DATA',
    bareLf: false,
    rcptFollows: false,
    moreFollows: false,
    overRate: false,
    room: false,
  });
  assert.equal(out, '452 4.3.1 Insufficient system storage\r\n');
});

test('TLS forgets what was said in the clear', () => {
  const session = new TestSession();
  session.lines('EHLO home');
  session.lines('AUTH PLAIN AGFhYQBzZWNyZXQ=', 'MAIL FROM:<a@example.jp>', 'STARTTLS');
  assert.deepEqual(
    {
      tls: session.session.tls,
      helo: session.session.helo,
      login: session.session.login,
      mail: session.session.transaction,
    },
    { tls: true, helo: undefined, login: undefined, mail: undefined },
  );
});

const WORDS =
  'EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY ETRN AUTH STARTTLS * = FROM:<a@example.jp> TO:<b@example.net> ' +
  'TO:<c@refused.example> PLAIN LOGIN CRAM-MD5 SIZE=10 AAAA';
const word = fc.constantFrom(...WORDS.split(' '));
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const commandLine = fc.oneof(
  fc.array(word, { maxLength: 4 }).map((words) => words.join(' ')),
  latin1,
  latin1.map((text) => `MAIL FROM:<${text}>`),
);

test('no input throws, and every reply line is whole and at most 512 octets', () => {
  fc.assert(
    fc.property(fc.array(commandLine, { maxLength: 30 }), fc.boolean(), (lines, tls) => {
      const session = new TestSession({}, tls);
      for (const line of lines) {
        if (session.closed) break;
        const out = session.receiving ? session.end() : session.lines(line);
        for (const reply of out.split('\r\n').slice(0, -1)) {
          assert.match(reply, /^\d{3}(?:[ -][\x20-\x7e]*)?$/);
          assert.ok(reply.length <= 510);
        }
        assert.ok(out === '' || out.endsWith('\r\n'));
      }
    }),
  );
});

test('every command gets exactly one reply', () => {
  fc.assert(
    fc.property(fc.array(commandLine, { maxLength: 30 }), (lines) => {
      const session = new TestSession({ smtpd_hard_error_limit: 1000 }, true);
      let replies = 0;
      let asked = 0;
      for (const line of lines) {
        if (session.closed) break;
        asked += 1;
        const out = session.receiving ? session.end() : session.lines(line);
        replies += out.match(/^\d{3} /gm)?.length ?? 0;
      }
      assert.equal(replies, asked);
    }),
  );
});

test('under smtpd_forbid_bare_newline = reject a command that ends in a bare newline is not done', () => {
  const session = inTransaction({ smtpd_forbid_bare_newline: 'reject' });
  const out = session.input({
    kind: 'line',
    line: 'RSET',
    bareLf: true,
    rcptFollows: false,
    moreFollows: false,
    overRate: false,
    room: true,
  });
  assert.equal(out, '550 5.5.2 mail.example.jp Error: bare <LF> received\r\n');
  assert.match(session.lines('MAIL FROM:<a@example.jp>'), /^503 5\.5\.1 Error: nested/);
});

test('a client over its rate is told which one, and what it says out of order is told first', () => {
  const session = new TestSession({}, true);
  session.lines('EHLO home');
  session.overRate = true;
  assert.match(session.lines('RCPT TO:<a@example.net>'), /^503 5\.5\.1 Error: need MAIL/);
  assert.match(session.lines('MAIL'), /^501 5\.5\.4 Syntax/);
  assert.equal(session.lines('MAIL FROM:<bad'), '450 4.7.1 Error: too much mail from 192.0.2.1\r\n');
  assert.equal(session.lines('AUTH'), '450 4.7.1 Error: too many AUTH commands from 192.0.2.1\r\n');
  session.overRate = false;
  session.lines('MAIL FROM:<a@example.jp>');
  session.overRate = true;
  assert.equal(session.lines('RCPT TO:<bad'), '450 4.7.1 Error: too many recipients from 192.0.2.1\r\n');
  assert.match(session.lines('MAIL FROM:<a@example.jp>'), /^503 5\.5\.1 Error: nested/);
});

test('with smtpd_delay_reject = no a client that is refused when it connects may do nothing but QUIT', () => {
  const session = new TestSession({ smtpd_delay_reject: false });
  const { session: asked, effect, replies } = step(session.session, { kind: 'connect' });
  assert.deepEqual(replies, []);
  assert.deepEqual(effect?.kind === 'judge' && effect.request.stages, ['client']);
  session.session = asked;
  const reply = r554ClientRejected('unknown', '192.0.2.1');
  const out = session.input({ kind: 'judged', verdicts: [{ kind: 'refuse', reply }] });
  assert.equal(out, '554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied\r\n');
  for (const command of ['EHLO home', 'NOOP', 'FOO', 'STARTTLS', 'MAIL FROM:<a@example.jp>']) {
    assert.equal(session.lines(command), '503 5.7.0 Error: access denied for unknown[192.0.2.1]\r\n');
  }
  assert.equal(session.lines('QUIT'), '221 2.0.0 Bye\r\n');
});

test('a policy that cannot be asked before RCPT is asked at RCPT, and what an empty list would say is not asked', () => {
  const session = new TestSession({ smtpd_delay_reject: false, smtpd_client_restrictions: [] }, true);
  assert.equal(session.input({ kind: 'connect' }), '220 mail.example.jp ESMTP\r\n');
  session.session = step(session.session, {
    kind: 'line',
    line: 'HELO refused.example',
    bareLf: false,
    rcptFollows: false,
    moreFollows: false,
    overRate: false,
    room: true,
  }).session;
  assert.equal(session.input({ kind: 'judged', verdicts: undefined }), '250 mail.example.jp\r\n');
});
