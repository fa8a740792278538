import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { entryOf } from '../support/entry.ts';
import { dataFolder, openRelay } from './support/data-folder.ts';

const NOW = 1_700_000_000_000;
const LEASE = 60_000;

test('says when a claim may next find something', async (t) => {
  const { queue, bell } = await openRelay(t, await dataFolder(t));
  assert.equal(await bell.nextDue(), undefined);
  await queue.enqueue([named('HELD', { state: 'hold', due: NOW - 9 })]);
  assert.equal(await bell.nextDue(), undefined);
  await queue.enqueue([named('Q1', { due: NOW })]);
  assert.equal(await bell.nextDue(), NOW);
  await queue.claim({ owner: 'a', now: NOW, lease: LEASE, limit: 1 });
  assert.equal(await bell.nextDue(), NOW + LEASE);
  await queue.enqueue([named('Q2', { due: NOW + 5 })]);
  assert.equal(await bell.nextDue(), NOW + 5);
  const recipients = entryOf().recipients;
  await queue.settle('Q1', 'a', { kind: 'keep', state: 'queued', recipients, attempts: 1, due: NOW + 4 });
  assert.equal(await bell.nextDue(), NOW + 4);
});

function named(id: string, changes: Parameters<typeof entryOf>[0]): Entry {
  return entryOf({ id, body: id, ...changes });
}
