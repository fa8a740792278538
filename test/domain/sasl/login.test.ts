import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { SaslStep } from '#shared/domain/sasl/exchange.ts';
import { login } from '#shared/domain/sasl/login.ts';
import { fieldText } from './responses.ts';

function challenge(step: SaslStep): Extract<SaslStep, { kind: 'challenge' }> {
  assert.equal(step.kind, 'challenge');
  return step;
}

suite('LOGIN', () => {
  test('the user name is asked for, then the password, in the words that clients look for', () => {
    const first = challenge(login(undefined));
    assert.equal(first.challenge.toString(), 'Username:');
    const second = challenge(first.next(Buffer.from('tim')));
    assert.equal(second.challenge.toString(), 'Password:');
    assert.deepEqual(second.next(Buffer.from('tanstaaftanstaaf')), {
      kind: 'attempt',
      attempt: { mechanism: 'LOGIN', login: 'tim', password: 'tanstaaftanstaaf' },
    });
  });

  test('an initial response is the user name', () => {
    const step = challenge(login(Buffer.from('tim')));
    assert.equal(step.challenge.toString(), 'Password:');
    assert.equal(step.next(Buffer.from('tanstaaftanstaaf')).kind, 'attempt');
  });

  for (const [what, bytes] of [
    ['an empty response', Buffer.alloc(0)],
    ['a NUL', Buffer.from('ti\0m')],
    ['256 octets', Buffer.alloc(256, 'a')],
    ['what is not UTF-8', Buffer.from([0x74, 0xff])],
  ] as const) {
    test(`${what} is malformed for a user name and for a password`, () => {
      assert.equal(login(bytes).kind, 'malformed');
      assert.equal(challenge(login(Buffer.from('tim'))).next(bytes).kind, 'malformed');
    });
  }

  test('every user name and password comes out as it went in', () => {
    fc.assert(
      fc.property(fieldText, fieldText, (name, password) => {
        const step = challenge(login(Buffer.from(name))).next(Buffer.from(password));
        assert.deepEqual(step, { kind: 'attempt', attempt: { mechanism: 'LOGIN', login: name, password } });
      }),
    );
  });
});
