import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { requires } from '../support/requires.ts';

const before = process.env['RELAY_TESTS'];
beforeEach(() => delete process.env['RELAY_TESTS']);
afterEach(() => {
  if (before !== undefined) process.env['RELAY_TESTS'] = before;
});

test('a test whose needs are met is not skipped', () => {
  assert.equal(requires({ commands: ['sh'] }), false);
});

test('a test whose program is missing is skipped, and says which', () => {
  assert.equal(requires({ commands: ['sh', 'no-such-program'] }), 'needs no-such-program');
});

test('with RELAY_TESTS=all a missing program fails the test instead', () => {
  process.env['RELAY_TESTS'] = 'all';
  assert.throws(() => requires({ commands: ['no-such-program'] }), /needs no-such-program/);
});
