import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MAX_REMEMBERED, VerifiedPasswords } from '#functions/listener/verified-passwords.ts';

const KEY = Buffer.alloc(32, 1);

suite('remembered passwords', () => {
  test('past the limit the oldest is forgotten', () => {
    const verified = new VerifiedPasswords(() => 0, 1000);
    for (let i = 0; i <= MAX_REMEMBERED; i++) verified.set(`attempt ${i}`, KEY);
    assert.equal(verified.get('attempt 0'), undefined);
    assert.equal(verified.get('attempt 1'), KEY);
    assert.equal(verified.get(`attempt ${MAX_REMEMBERED}`), KEY);
  });

  test('one that is verified again lives from then on, and outlives those between', () => {
    let now = 0;
    const verified = new VerifiedPasswords(() => now, 1000);
    verified.set('first', KEY);
    verified.set('second', KEY);
    now = 999;
    verified.set('first', KEY);
    now = 1500;
    verified.set('third', KEY);
    assert.equal(verified.get('first'), KEY);
    assert.equal(verified.get('second'), undefined);
  });

  test('a cache time of 0 remembers nothing', () => {
    const verified = new VerifiedPasswords(() => 0, 0);
    verified.set('attempt', KEY);
    assert.equal(verified.get('attempt'), undefined);
  });
});
