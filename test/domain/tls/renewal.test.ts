import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysLeft, renewalDue } from '#shared/domain/tls/renewal.ts';

const DAY = 24 * 60 * 60 * 1000;
const start = Date.UTC(2026, 0, 1);

for (const [life, due] of [
  [90, 60],
  [47, 94 / 3],
  [6, 4],
] as const) {
  test(`a certificate of ${life} days is renewed when two thirds of them are over`, () => {
    const end = start + life * DAY;
    assert.equal(renewalDue(start, end, start), false);
    assert.equal(renewalDue(start, end, start + due * DAY - 1000), false);
    assert.equal(renewalDue(start, end, start + due * DAY + 1000), true);
    assert.equal(renewalDue(start, end, end + DAY), true);
  });
}

test('days left are whole days, and none when it is over', () => {
  assert.equal(daysLeft(start + 2 * DAY - 1, start), 1);
  assert.equal(daysLeft(start, start + 5 * DAY), 0);
});
