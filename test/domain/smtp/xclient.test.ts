// The replies are those that Postfix 3.7 gave to the same lines.

import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { TestSession } from '../../support/session.ts';

const BANNER = '220 mail.example.jp ESMTP\r\n';
const LONG = 'a'.repeat(256);

let session: TestSession;
beforeEach(() => {
  session = new TestSession();
  session.input({ kind: 'connect', mayXclient: true, mayXforward: true });
});

suite('XCLIENT', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['', '501 5.5.4 Syntax: XCLIENT attribute=value...'],
    ['NAME', '501 5.5.4 Error: attribute=value expected'],
    ['NAME=', '501 5.5.4 Error: attribute=value expected'],
    ['FOO=bar', '501 5.5.4 Bad XCLIENT attribute name: FOO'],
    ['NAME=-bad-', '501 5.5.4 Bad NAME syntax: -bad-'],
    ['NAME=a+ZZb', '501 5.5.4 Bad NAME syntax: a+ZZb'],
    ['NAME=a+0Ab', '501 5.5.4 Bad NAME syntax: a?b'],
    [`NAME=${LONG}`, '501 5.5.4 Error: attribute value too long'],
    ['ADDR=1.2.3', '501 5.5.4 Bad ADDR syntax: 1.2.3'],
    ['ADDR=IPV6:zz', '501 5.5.4 Bad ADDR syntax: IPV6:zz'],
    ['ADDR=2001:db8::1', '501 5.5.4 Bad ADDR syntax: 2001:db8::1'],
    ['ADDR=[1.2.3.4]', '501 5.5.4 Bad ADDR syntax: [1.2.3.4]'],
    ['PORT=abc', '501 5.5.4 Bad PORT syntax: abc'],
    ['PORT=123456', '501 5.5.4 Bad PORT syntax: 123456'],
    ['PROTO=X', '501 5.5.4 Bad PROTO syntax: X'],
    ['DESTADDR=zz', '501 5.5.4 Bad DESTADDR syntax: zz'],
    ['DESTPORT=x', '501 5.5.4 Bad DESTPORT syntax: x'],
  ];
  for (const [attributes, reply] of REFUSED) {
    test(`${attributes.slice(0, 20)} gets ${reply}, and nothing changes`, () => {
      session.lines('EHLO home');
      assert.equal(session.lines(`XCLIENT ${attributes}`), `${reply}\r\n`);
      assert.equal(session.session.client.address, '192.0.2.1');
      assert.equal(session.session.helo?.name, 'home');
    });
  }

  test('is announced to those who may say it, and to nobody else', () => {
    assert.match(
      session.lines('EHLO home'),
      /250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT\r\n250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT\r\n/,
    );
    session.input({ kind: 'connect' });
    assert.doesNotMatch(session.lines('EHLO home'), /XCLIENT|XFORWARD/);
    assert.equal(session.lines('XCLIENT NAME=a.example'), '550 5.7.0 Error: insufficient authorization\r\n');
  });

  test('begins the session again: a banner, another client, no HELO and no login', () => {
    session.lines('EHLO home');
    session.lines(`AUTH PLAIN ${Buffer.from('\0a\0secret').toString('base64')}`);
    assert.notEqual(session.session.login, undefined);
    assert.equal(session.lines('XCLIENT name=spike.example ADDR=IPV6:2001:DB8::0:1 PORT=99999'), BANNER);
    assert.deepEqual(session.session.client, { name: 'spike.example', address: '2001:db8::1' });
    assert.equal(session.session.login, undefined);
    assert.equal(session.lines('MAIL FROM:<a@example.jp>'), '503 5.5.1 Error: send HELO/EHLO first\r\n');
  });

  test('may say HELO and the login too', () => {
    assert.equal(session.lines('XCLIENT HELO=home+2Eexample PROTO=esmtp LOGIN=user@example.jp'), BANNER);
    assert.deepEqual(session.session.helo, { verb: 'EHLO', name: 'home.example' });
    assert.equal(session.session.login, 'user@example.jp');
    assert.equal(session.lines('MAIL FROM:<a@example.jp>'), '250 2.1.0 Ok\r\n');
  });

  test('may say that the client is unknown', () => {
    assert.equal(session.lines('XCLIENT NAME=[TEMPUNAVAIL] ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE]'), BANNER);
    assert.deepEqual(session.session.client, { name: 'unknown', address: 'unknown' });
    assert.equal(session.session.helo, undefined);
  });

  test('may not be said in a transaction, and forgets no errors', () => {
    session.lines('EHLO home');
    session.lines('MAIL FROM:<a@example.jp>');
    assert.equal(session.lines('XCLIENT NAME=a.example'), '503 5.5.1 Error: MAIL transaction in progress\r\n');
    session.lines('RSET');
    assert.equal(session.lines('XCLIENT NAME=a.example'), BANNER);
    assert.equal(session.session.errors, 1);
  });

  test('and XFORWARD answer any attributes, and what they say stays on one line', () => {
    const name = fc.constantFrom('NAME', 'ADDR', 'HELO', 'PROTO', 'PORT', 'LOGIN', 'SOURCE', 'IDENT');
    const value = fc.string({ maxLength: 300 }).map((text) => text.replace(/[\r\n]/g, '+0D+0A'));
    const verb = fc.constantFrom('XCLIENT', 'XFORWARD');
    fc.assert(
      fc.property(verb, fc.array(fc.tuple(name, value), { maxLength: 4 }), (said, pairs) => {
        const out = session.lines(`${said} ${pairs.map(([each, text]) => `${each}=${text}`).join(' ')}`);
        assert.match(out, /^(?:220|250|501|421) [\x20-\x7e]*\r\n$/);
        const { client, helo, login = '', forwarded } = session.session;
        const texts = [client.name, client.address, helo?.name ?? '', login, ...Object.values(forwarded ?? {})];
        assert.doesNotMatch(texts.join(''), /[^\x20-\x7e]/);
        session.session = { ...session.session, errors: 0 };
      }),
    );
  });
});

suite('XFORWARD', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['', '501 5.5.4 Syntax: XFORWARD attribute=value...'],
    ['FOO=x', '501 5.5.4 Bad XFORWARD attribute name: FOO'],
    ['NAME', '501 5.5.4 Error: attribute=value expected'],
    [`PROTO=${'a'.repeat(65)}`, `501 5.5.4 Bad PROTO syntax: ${'a'.repeat(65)}`],
    ['PORT=x', '501 5.5.4 Bad PORT syntax: x'],
    ['SOURCE=x', '501 5.5.4 Bad SOURCE syntax: x'],
    ['ADDR=zz', '501 5.5.4 Bad ADDR syntax: zz'],
    ['DESTADDR=1.2.3.4', '501 5.5.4 Bad XFORWARD attribute name: DESTADDR'],
  ];
  for (const [attributes, reply] of REFUSED) {
    test(`${attributes.slice(0, 20)} gets ${reply}`, () => {
      assert.equal(session.lines(`XFORWARD ${attributes}`), `${reply}\r\n`);
    });
  }

  test('holds for one transaction, and changes nothing of the client', () => {
    session.lines('EHLO home');
    assert.equal(session.lines('XFORWARD ADDR=192.0.2.7 NAME=a.b PORT=5 PROTO=ESMTP SOURCE=LOCAL'), '250 2.0.0 Ok\r\n');
    assert.equal(session.lines('XFORWARD HELO=inside IDENT=abc'), '250 2.0.0 Ok\r\n');
    assert.deepEqual(session.session.forwarded, { address: '192.0.2.7', helo: 'inside' });
    assert.equal(session.session.client.address, '192.0.2.1');
    session.lines('MAIL FROM:<a@example.jp>');
    assert.equal(session.lines('XFORWARD NAME=a.b'), '503 5.5.1 Error: MAIL transaction in progress\r\n');
    session.lines('RSET');
    assert.equal(session.session.forwarded, undefined);
  });

  test('waits for STARTTLS where that is enforced; XCLIENT does not', () => {
    const enforced = new TestSession({ smtpd_tls_security_level: 'encrypt' });
    enforced.input({ kind: 'connect', mayXclient: true, mayXforward: true });
    assert.equal(enforced.lines('XFORWARD NAME=a.b'), '530 5.7.0 Must issue a STARTTLS command first\r\n');
    assert.equal(enforced.lines('XCLIENT NAME=a.b'), BANNER);
  });
});
