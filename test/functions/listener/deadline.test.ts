import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { Deadline } from '#functions/listener/deadline.ts';

/** Milliseconds. */
const LIMIT = 100;

function deadline(): { readonly deadline: Deadline; readonly passed: Promise<number> } {
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<number>();
  return { deadline: new Deadline(LIMIT, () => resolve(performance.now() - began)), passed: promise };
}

test('it passes once the time is over', async () => {
  const { passed } = deadline();
  assert.ok((await passed) >= LIMIT - 1);
});

test('a restart gives the whole time again, also behind its passing', async () => {
  const began = performance.now();
  const times: number[] = [];
  const each = new Deadline(LIMIT, () => void times.push(performance.now() - began));
  await pause(LIMIT / 2);
  each.restart();
  await pause(2 * LIMIT);
  each.restart();
  await pause(2 * LIMIT);
  assert.equal(times.length, 2);
  assert.ok((times[0] ?? 0) >= 1.5 * LIMIT - 1);
});

test('what came extends it, but never past the whole time', async () => {
  const { deadline: each, passed } = deadline();
  await pause(LIMIT / 2);
  each.extend(LIMIT * 1000);
  const took = await passed;
  assert.ok(took >= 1.5 * LIMIT - 1, `${took}`);
  assert.ok(took < 20 * LIMIT, `${took}`);
});

test('one that was stopped does not pass', async () => {
  const { deadline: each, passed } = deadline();
  each.stop();
  assert.equal(await Promise.race([passed, pause(2 * LIMIT)]), undefined);
});
