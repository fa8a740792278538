import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget } from '#shared/aws/memory-budget.ts';

test('tasks run side by side within the budget, in the order in which they came', async () => {
  const budget = new MemoryBudget(10);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const spend = (name: string, size: number): Promise<void> =>
    budget.spend(size, async () => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(name, resolve);
      await promise;
    });

  const tasks = [spend('a', 6), spend('b', 4), spend('c', 50), spend('d', 1)];
  await new Promise(setImmediate);
  assert.deepEqual(begun, ['a', 'b']);
  ends.get('a')?.();
  await new Promise(setImmediate);
  assert.deepEqual(begun, ['a', 'b'], 'a body larger than the budget waits until it is alone');
  ends.get('b')?.();
  await new Promise(setImmediate);
  assert.deepEqual(begun, ['a', 'b', 'c'], 'and those behind it do not overtake it');
  ends.get('c')?.();
  await new Promise(setImmediate);
  ends.get('d')?.();
  await Promise.all(tasks);
});

test('a task that throws gives its memory back', async () => {
  const budget = new MemoryBudget(1);
  await assert.rejects(
    budget.spend(1, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await budget.spend(1, () => Promise.resolve('yes')), 'yes');
});
