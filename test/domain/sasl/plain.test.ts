import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { plain } from '#shared/domain/sasl/plain.ts';
import { fieldText } from './responses.ts';

suite('PLAIN', () => {
  test('without an initial response the challenge is empty, and the answer to it is the message', () => {
    const step = plain(undefined);
    assert.equal(step.kind, 'challenge');
    assert.equal(step.challenge.length, 0);
    assert.equal(step.next(Buffer.from('\0tim\0tanstaaftanstaaf')).kind, 'attempt');
  });

  test('the example of RFC 4616 is an attempt', () => {
    assert.deepEqual(plain(Buffer.from('\0tim\0tanstaaftanstaaf')), {
      kind: 'attempt',
      attempt: { mechanism: 'PLAIN', login: 'tim', password: 'tanstaaftanstaaf' },
    });
  });

  test('an authorization identity that repeats the user name is taken', () => {
    assert.equal(plain(Buffer.from('tim\0tim\0tanstaaftanstaaf')).kind, 'attempt');
  });

  for (const [what, response] of [
    ['another authorization identity (the second example of RFC 4616)', 'Ursel\0Kurt\0xipj3plmq'],
    ['an empty response', ''],
    ['no NUL', 'tim'],
    ['one NUL', '\0tim'],
    ['three NULs', '\0tim\0tanstaaf\0'],
    ['no user name', '\0\0tanstaaf'],
    ['no password', '\0tim\0'],
    ['a user name of 256 octets', `\0${'a'.repeat(256)}\0tanstaaf`],
    ['a password of 256 octets', `\0tim\0${'a'.repeat(256)}`],
  ] as const) {
    test(`${what} is malformed`, () => {
      assert.equal(plain(Buffer.from(response)).kind, 'malformed');
    });
  }

  test('what is not UTF-8 is malformed', () => {
    assert.equal(plain(Buffer.from('\0tim\0caf\xe9', 'latin1')).kind, 'malformed');
    assert.equal(plain(Buffer.from('\0\xff\0tanstaaf', 'latin1')).kind, 'malformed');
  });

  test('every user name and password comes out as it went in', () => {
    fc.assert(
      fc.property(fieldText, fieldText, fc.boolean(), (login, password, repeated) => {
        const response = Buffer.from(`${repeated ? login : ''}\0${login}\0${password}`);
        assert.deepEqual(plain(response), { kind: 'attempt', attempt: { mechanism: 'PLAIN', login, password } });
      }),
    );
  });
});
