import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExpired, nextAttempt } from '#shared/domain/queue/retry.ts';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const settings = {
  minimal_backoff_time: 300 * SECOND,
  maximal_backoff_time: 4000 * SECOND,
  maximal_queue_lifetime: 5 * DAY,
};

test('a first retry comes after minimal_backoff_time, then the wait follows the age up to maximal_backoff_time', () => {
  const waits: number[] = [];
  for (let now = 0; waits.length < 8; now = nextAttempt(0, now, settings)) {
    waits.push((nextAttempt(0, now, settings) - now) / SECOND);
  }
  assert.deepEqual(waits, [300, 300, 600, 1200, 2400, 4000, 4000, 4000]);
});

test('minimal_backoff_time wins over a smaller maximal_backoff_time, as in Postfix', () => {
  assert.equal(nextAttempt(0, DAY, { ...settings, maximal_backoff_time: SECOND }), DAY + 300 * SECOND);
});

test('a message is given up when it is as old as maximal_queue_lifetime', () => {
  assert.equal(isExpired(1000, 1000 + 5 * DAY - 1, settings), false);
  assert.equal(isExpired(1000, 1000 + 5 * DAY, settings), true);
});

test('with maximal_queue_lifetime 0 delivery is tried once', () => {
  assert.equal(isExpired(1000, 1000, { ...settings, maximal_queue_lifetime: 0 }), true);
});
