import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  digestMatches,
  makeVerifier,
  passwordMatches,
  saltPassword,
  SCRAM_ITERATIONS,
} from '#shared/domain/sasl/verifier.ts';

const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

suite("a password's verifier", () => {
  // RFC 7677 §3: the whole exchange of user `user` with password `pencil`.
  suite('in the example of RFC 7677', () => {
    const { storedKey, serverKey } = makeVerifier('pencil', saltPassword('pencil', SALT, SCRAM_ITERATIONS));
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const exchange = [
      'n=user,r=rOprNGfwEbeRWgbNEkqO',
      `r=${nonce},s=${SALT.toString('base64')},i=4096`,
      `c=biws,r=${nonce}`,
    ].join();

    test("StoredKey accepts the client's proof", () => {
      const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
      const signature = createHmac('sha256', storedKey).update(exchange).digest();
      const clientKey = Buffer.from(proof.map((byte, i) => byte ^ signature.readUInt8(i)));
      assert.deepEqual(createHash('sha256').update(clientKey).digest(), storedKey);
    });

    test("ServerKey makes the server's signature", () => {
      const signature = createHmac('sha256', serverKey).update(exchange).digest('base64');
      assert.equal(signature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    });
  });

  test('the example of RFC 2195 matches, in either case, and no other digest does', () => {
    const verifier = makeVerifier('tanstaaftanstaaf', SALT);
    const challenge = '<1896.697170952@postoffice.reston.mci.net>';
    const digest = 'b913a602c7eda7a495b4e6e7334d3890';
    assert.ok(digestMatches(verifier, challenge, digest));
    assert.ok(digestMatches(verifier, challenge, digest.toUpperCase()));
    assert.ok(!digestMatches(verifier, '<1897.697170952@postoffice.reston.mci.net>', digest));
    assert.ok(!digestMatches(verifier, challenge, digest.replace(/^b/, 'c')));
  });

  test('a password matches its own verifier and no other', () => {
    const password = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(password, password, (mine, other) => {
        const verifier = makeVerifier(mine, saltPassword(mine, SALT, 1));
        assert.ok(passwordMatches(verifier, saltPassword(mine, SALT, 1)));
        assert.equal(passwordMatches(verifier, saltPassword(other, SALT, 1)), mine === other);
        const digest = createHmac('md5', other).update('<1.2@mail.example.jp>').digest('hex');
        assert.equal(digestMatches(verifier, '<1.2@mail.example.jp>', digest), mine === other);
      }),
    );
  });

  test('the same password under another salt does not match', () => {
    const verifier = makeVerifier('pencil', saltPassword('pencil', SALT, 1));
    assert.ok(!passwordMatches(verifier, saltPassword('pencil', Buffer.alloc(16), 1)));
  });
});
