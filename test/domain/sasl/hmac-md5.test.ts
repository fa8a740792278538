import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { hmacMd5, hmacMd5State } from '#shared/domain/sasl/hmac-md5.ts';

function byNode(key: Uint8Array, message: Uint8Array): string {
  return createHmac('md5', key).update(message).digest('hex');
}

function byState(key: Uint8Array, message: Uint8Array): string {
  return hmacMd5(hmacMd5State(Buffer.from(key)), Buffer.from(message)).toString('hex');
}

suite('HMAC-MD5 from a kept state', () => {
  test('the examples of RFC 2104 come out', () => {
    assert.equal(byState(Buffer.alloc(16, 0x0b), Buffer.from('Hi There')), '9294727a3638bb1c13f48ef8158bfc9d');
    assert.equal(
      byState(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')),
      '750c783e6ab0b503eaa86e310a5db738',
    );
    assert.equal(byState(Buffer.alloc(16, 0xaa), Buffer.alloc(50, 0xdd)), '56be34521d144c88dbb8c733f0e8b3f6');
  });

  test('it equals node:crypto for any key and message', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(fc.property(bytes, bytes, (key, message) => assert.equal(byState(key, message), byNode(key, message))));
  });

  test('it equals node:crypto for every length around the ends of a block', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Buffer.alloc(length, 0x5a);
      assert.equal(byState(bytes, bytes), byNode(bytes, bytes), `${length} octets`);
    }
  });

  test('the state is 32 bytes, and the key cannot be told from it', () => {
    const key = Buffer.from('tanstaaftanstaaf');
    const state = hmacMd5State(key);
    assert.equal(state.length, 32);
    assert.ok(!state.includes(key));
  });
});
