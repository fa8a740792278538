import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { cramMd5 } from '#shared/domain/sasl/cram-md5.ts';
import type { SaslStep } from '#shared/domain/sasl/exchange.ts';
import { fieldText } from './responses.ts';

const CHALLENGE = '<1896.697170952@postoffice.reston.mci.net>';
const DIGEST = 'b913a602c7eda7a495b4e6e7334d3890';

function answer(response: string | Buffer): SaslStep {
  const step = cramMd5(CHALLENGE)(undefined);
  assert.equal(step.kind, 'challenge');
  return step.next(Buffer.from(response));
}

suite('CRAM-MD5', () => {
  test('the challenge is sent as it was given', () => {
    const step = cramMd5(CHALLENGE)(undefined);
    assert.equal(step.kind, 'challenge');
    assert.equal(step.challenge.toString('base64'), 'PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+');
  });

  test('the example of RFC 2195 is an attempt that carries the challenge', () => {
    assert.deepEqual(answer(Buffer.from('dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw', 'base64')), {
      kind: 'attempt',
      attempt: { mechanism: 'CRAM-MD5', login: 'tim', challenge: CHALLENGE, digest: DIGEST },
    });
  });

  test('a user name may hold spaces', () => {
    const step = answer(`tim the enchanter ${DIGEST}`);
    assert.equal(step.kind, 'attempt');
    assert.equal(step.attempt.login, 'tim the enchanter');
  });

  test('the digest may be in upper case', () => {
    assert.equal(answer(`tim ${DIGEST.toUpperCase()}`).kind, 'attempt');
  });

  test('an initial response is malformed: the server speaks first', () => {
    assert.equal(cramMd5(CHALLENGE)(Buffer.alloc(0)).kind, 'malformed');
    assert.equal(cramMd5(CHALLENGE)(Buffer.from(`tim ${DIGEST}`)).kind, 'malformed');
  });

  for (const [what, response] of [
    ['an empty response', ''],
    ['a user name alone', 'tim'],
    ['a digest alone', DIGEST],
    ['an empty user name', ` ${DIGEST}`],
    ['31 digits', `tim ${DIGEST.slice(1)}`],
    ['33 digits', `tim ${DIGEST}0`],
    ['a letter that is no hex digit', `tim ${DIGEST.slice(1)}g`],
    ['a line end behind the digest', `tim ${DIGEST}\n`],
    ['a NUL in the user name', `t\0m ${DIGEST}`],
    ['a user name of 256 octets', `${'a'.repeat(256)} ${DIGEST}`],
  ] as const) {
    test(`${what} is malformed`, () => {
      assert.equal(answer(response).kind, 'malformed');
    });
  }

  test('every user name comes out as it went in', () => {
    fc.assert(
      fc.property(fieldText, (login) => {
        const attempt = { mechanism: 'CRAM-MD5', login, challenge: CHALLENGE, digest: DIGEST };
        assert.deepEqual(answer(`${login} ${DIGEST}`), { kind: 'attempt', attempt });
      }),
    );
  });
});
