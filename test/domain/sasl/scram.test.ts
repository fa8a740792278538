import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { SaslStep, ScramBeginning } from '#shared/domain/sasl/exchange.ts';
import { scram, signed } from '#shared/domain/sasl/scram.ts';
import { makeVerifier, proofMatches, saltPassword, serverSignature } from '#shared/domain/sasl/verifier.ts';
import { answerScram } from '../../support/scram-client.ts';
import { fieldText } from './responses.ts';

const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const BEGINNING: ScramBeginning = {
  nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  iterations: 4096,
  channelBinding: undefined,
};
const BOUND: ScramBeginning = { ...BEGINNING, channelBinding: Buffer.from('this channel') };
const PENCIL = makeVerifier('pencil', saltPassword('pencil', BEGINNING.salt, BEGINNING.iterations));

function of<Kind extends SaslStep['kind']>(step: SaslStep, kind: Kind): SaslStep & { kind: Kind } {
  assert.equal(step.kind, kind);
  return step as SaslStep & { kind: Kind };
}

type Way = { mechanism?: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'; plusAnnounced?: boolean; beginning?: ScramBeginning };

function first(message: string | Buffer, { mechanism = 'SCRAM-SHA-256', plusAnnounced = true }: Way = {}): SaslStep {
  return scram(mechanism, plusAnnounced)(Buffer.from(message));
}

function challengeTo(message: string, way: Way = {}): SaslStep & { kind: 'challenge' } {
  return of(of(first(message, way), 'beginning').next(way.beginning ?? BEGINNING), 'challenge');
}

/** The step behind the client's final message, made with a password and a header of its own. */
function finish(header: string, binding: Buffer, way: Way, password = 'pencil'): SaslStep {
  const bare = `n=user,r=${NONCE}`;
  const challenge = challengeTo(header + bare, way);
  const client = { password, bare, header: Buffer.concat([Buffer.from(header), binding]) };
  return challenge.next(Buffer.from(answerScram(client, challenge.challenge.toString()).final));
}

function isRight(step: SaslStep): boolean {
  const { attempt } = of(step, 'attempt');
  return 'proof' in attempt && proofMatches(PENCIL, attempt.authMessage, attempt.proof);
}

suite('SCRAM-SHA-256', () => {
  test('the example of RFC 7677 is a right attempt, and gets the signature that it should', () => {
    const empty = of(scram('SCRAM-SHA-256', false)(undefined), 'challenge');
    assert.equal(empty.challenge.length, 0);
    const beginning = of(empty.next(Buffer.from(`n,,n=user,r=${NONCE}`)), 'beginning');
    assert.equal(beginning.login, 'user');
    assert.equal(beginning.binding, undefined);
    const challenge = of(beginning.next(BEGINNING), 'challenge');
    const nonce = NONCE + BEGINNING.nonce;
    assert.equal(challenge.challenge.toString(), `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
    const final = `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
    const { attempt } = of(challenge.next(Buffer.from(final)), 'attempt');
    assert.ok('proof' in attempt && proofMatches(PENCIL, attempt.authMessage, attempt.proof));

    const last = of(signed('user', serverSignature(PENCIL, attempt.authMessage)), 'challenge');
    assert.equal(last.challenge.toString(), 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    assert.deepEqual(last.next(Buffer.alloc(0)), { kind: 'loggedIn', login: 'user' });
    assert.equal(last.next(Buffer.from('v=')).kind, 'malformed');
  });

  test('a proof made with another password, or changed in any bit, is wrong', () => {
    assert.ok(isRight(finish('n,,', Buffer.alloc(0), {})));
    assert.ok(!isRight(finish('n,,', Buffer.alloc(0), {}, 'pencil2')));
    const { attempt } = of(finish('n,,', Buffer.alloc(0), {}), 'attempt');
    assert.ok('proof' in attempt);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        assert.ok(!proofMatches(PENCIL, attempt.authMessage, Buffer.from(bytes)));
      }),
    );
    for (let bit = 0; bit < 256; bit++) {
      const proof = Buffer.from(attempt.proof);
      proof.writeUInt8(proof.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert.ok(!proofMatches(PENCIL, attempt.authMessage, proof));
    }
  });

  test('a user name comes out as it went in, whatever is in it', () => {
    fc.assert(
      fc.property(fieldText, (login) => {
        const name = login.replaceAll('=', '=3D').replaceAll(',', '=2C');
        for (const authorization of ['', `a=${name}`]) {
          assert.equal(of(first(`n,${authorization},n=${name},r=${NONCE}`), 'beginning').login, login);
        }
      }),
    );
  });

  for (const [what, message] of [
    ['an empty one', ''],
    ['one without a gs2 header', `n=user,r=${NONCE}`],
    ['an unknown flag', `x,,n=user,r=${NONCE}`],
    ['a mandatory extension', `n,,m=a,n=user,r=${NONCE}`],
    ['no user name', `n,,n=,r=${NONCE}`],
    ['no nonce', 'n,,n=user'],
    ['an empty nonce', 'n,,n=user,r='],
    ['a nonce with a blank', 'n,,n=user,r=a b'],
    ['a bare equals sign in the name', `n,,n=us=er,r=${NONCE}`],
    ['a NUL', `n,,n=us\0er,r=${NONCE}`],
    ['what is not UTF-8', Buffer.from(`n,,n=us\u00ffer,r=${NONCE}`, 'latin1')],
    ["somebody else's authorization", `n,a=other,n=user,r=${NONCE}`],
    ['channel binding without PLUS', `p=tls-exporter,,n=user,r=${NONCE}`],
  ] as const) {
    test(`as a first message ${what} is malformed`, () => {
      assert.equal(first(message).kind, 'malformed');
    });
  }

  for (const [what, message] of [
    ['another nonce', `c=biws,r=${NONCE}other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`],
    ["the client's nonce alone", `c=biws,r=${NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`],
    ['another header', `c=eSws,r=${NONCE}${BEGINNING.nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`],
    ['no proof', `c=biws,r=${NONCE}${BEGINNING.nonce}`],
    ['a short proof', `c=biws,r=${NONCE}${BEGINNING.nonce},p=dHzb`],
    ['an empty one', ''],
  ] as const) {
    test(`as a final message ${what} is malformed`, () => {
      assert.equal(challengeTo(`n,,n=user,r=${NONCE}`).next(Buffer.from(message)).kind, 'malformed');
    });
  }
});

suite('SCRAM-SHA-256-PLUS', () => {
  const PLUS: Way = { mechanism: 'SCRAM-SHA-256-PLUS', beginning: BOUND };

  test('a proof that is bound to this channel is right, one bound to another is none', () => {
    const header = 'p=tls-exporter,,';
    assert.ok(isRight(finish(header, Buffer.from('this channel'), PLUS)));
    assert.equal(finish(header, Buffer.from('that channel'), PLUS).kind, 'malformed');
    assert.equal(finish(header, Buffer.alloc(0), PLUS).kind, 'malformed');
  });

  test('the type of binding is asked for; one that is unknown or not there ends the exchange', () => {
    for (const type of ['tls-exporter', 'tls-unique', 'tls-server-end-point']) {
      const step = of(first(`p=${type},,n=user,r=${NONCE}`, PLUS), 'beginning');
      assert.equal(step.binding, type);
      assert.equal(step.next(BEGINNING).kind, 'malformed');
    }
    assert.equal(first(`p=tls-other,,n=user,r=${NONCE}`, PLUS).kind, 'malformed');
  });

  test('it takes no message without a binding', () => {
    for (const flag of ['n', 'y']) assert.equal(first(`${flag},,n=user,r=${NONCE}`, PLUS).kind, 'malformed');
  });

  test('a client that believes we cannot bind is refused where we announced that we can', () => {
    const message = `y,,n=user,r=${NONCE}`;
    assert.equal(first(message, { plusAnnounced: true }).kind, 'malformed');
    assert.ok(isRight(finish('y,,', Buffer.alloc(0), { plusAnnounced: false })));
  });
});
