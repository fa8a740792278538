// What every queue must do (shared/ports/queue.ts). A provider runs this suite on a fresh, empty spool and queue per test.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import type { Queue, Settlement } from '#shared/ports/queue.ts';
import { entryOf } from '../support/entry.ts';
import { eventually } from '../support/eventually.ts';
import { type SpoolAndQueue, writeAll } from './spool.ts';

const NOW = 1_700_000_000_000;
const LEASE = 60_000;
const keep: Settlement & { kind: 'keep' } = {
  kind: 'keep',
  state: 'queued',
  recipients: [{ address: 'someone@example.net', status: 'pending', reason: 'busy' }],
  attempts: 1,
  due: NOW + 5000,
};

/** `bell`: what whoever delivers hears, however far away. */
export type SpoolQueueAndBell = SpoolAndQueue & { readonly bell: Pick<Bell, 'onBell'> };

export function queueContract(provider: string, open: (t: TestContext) => Promise<SpoolQueueAndBell>): void {
  suite(`the queue of ${provider}`, () => {
    test('gives entries back as they were stored, the oldest first', async (t) => {
      const { queue } = await open(t);
      const { login: _, ...stranger } = entryOf().client;
      const younger = named('Q2', { arrived: NOW + 2, sender: '', client: stranger, bodyType: '8BITMIME' });
      const older = named('Q1', { arrived: NOW + 1, to: ['a@example.net', 'b@example.net'] });
      await queue.enqueue([younger]);
      await queue.enqueue([older]);
      assert.deepEqual(await queue.list(), [older, younger]);
      assert.deepEqual(await queue.find('Q2'), younger);
      assert.equal(await queue.find('Q3'), undefined);
    });

    test('keeps what the sender wants to hear of the delivery, through an attempt too', async (t) => {
      const { queue } = await open(t);
      const recipients = [
        { address: 'a@example.net', status: 'pending', dsn: { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;b+2Bc@x' } },
        { address: 'd@example.net', status: 'pending' },
      ] as const;
      const entry = named('Q1', { dsn: { ret: 'HDRS', envid: 'QQ+2B1' }, recipients });
      await queue.enqueue([entry]);
      assert.deepEqual(await queue.find('Q1'), entry);
      await claim(queue, 'a', NOW);
      await queue.settle('Q1', 'a', { ...keep, recipients });
      assert.deepEqual(await queue.find('Q1'), { ...entry, attempts: keep.attempts, due: keep.due });
    });

    test('refuses a message of which it has an entry already, and stores nothing of it', async (t) => {
      const { queue } = await open(t);
      const first = named('B-2', { body: 'B', sender: 'first@example.jp' });
      await queue.enqueue([first]);
      await assert.rejects(queue.enqueue(['B', 'B-2', 'B-3'].map((id) => named(id, { body: 'B' }))), PermanentFault);
      assert.deepEqual(await queue.list(), [first]);
    });

    test('claims what is queued and due, the longest due first, up to the limit', async (t) => {
      const { queue } = await open(t);
      await queue.enqueue([named('LATER', { due: NOW + 1 })]);
      await queue.enqueue([named('THIRD', { due: NOW })]);
      await queue.enqueue([named('FIRST', { due: NOW - 2 })]);
      await queue.enqueue([named('SECOND', { due: NOW - 1 })]);
      for (const state of ['hold', 'failed', 'corrupt'] as const) {
        await queue.enqueue([named(state.toUpperCase(), { state, due: NOW - 3 })]);
      }
      assert.deepEqual(await claim(queue, 'a', NOW, 2), ['FIRST', 'SECOND']);
      assert.deepEqual(await claim(queue, 'b', NOW), ['THIRD']);
      assert.deepEqual(await claim(queue, 'c', NOW), []);
    });

    test('two claims at once share nothing', async (t) => {
      const { queue } = await open(t);
      const ids = Array.from({ length: 20 }, (_, i) => `Q${i}`);
      for (const id of ids) await queue.enqueue([named(id)]);
      const claims = await Promise.all([claim(queue, 'a', NOW, 15), claim(queue, 'b', NOW, 15)]);
      assert.deepEqual(claims.flat().toSorted(), ids.toSorted());
    });

    test('a lease that is over may be claimed by somebody else, and its first owner changes nothing then', async (t) => {
      const { queue } = await open(t);
      const entry = named('Q1');
      await queue.enqueue([entry]);
      await claim(queue, 'a', NOW);
      assert.deepEqual(await claim(queue, 'b', NOW + LEASE - 1), []);
      assert.deepEqual(await claim(queue, 'b', NOW + LEASE), ['Q1']);
      assert.equal(await queue.settle('Q1', 'a', { kind: 'done' }), false);
      assert.equal(await queue.settle('Q1', 'a', keep), false);
      assert.deepEqual(await queue.find('Q1'), entry);
      assert.equal(await queue.settle('Q1', 'b', { kind: 'done' }), true);
    });

    test('an entry settles once, and only for whoever claimed it', async (t) => {
      const { queue } = await open(t);
      await queue.enqueue([named('Q1')]);
      assert.equal(await queue.settle('Q1', 'a', keep), false);
      await claim(queue, 'a', NOW);
      assert.equal(await queue.settle('Q1', 'a', keep), true);
      assert.equal(await queue.settle('Q1', 'a', keep), false);
      assert.equal(await queue.settle('Q2', 'a', keep), false);
    });

    test('an entry that is kept is changed, and can be claimed again when it is due', async (t) => {
      const { queue } = await open(t);
      const entry = named('Q1');
      await queue.enqueue([entry]);
      await claim(queue, 'a', NOW);
      await queue.settle('Q1', 'a', keep);
      const { kind: _, ...changed } = keep;
      assert.deepEqual(await queue.find('Q1'), { ...entry, ...changed });
      assert.deepEqual(await claim(queue, 'b', keep.due - 1), []);
      assert.deepEqual(await claim(queue, 'b', keep.due), ['Q1']);
    });

    for (const size of [100, 100 * 1024]) {
      test(`a body of ${size} octets goes with the last entry that names it`, async (t) => {
        const { queue, spool } = await open(t);
        const writer = spool.create('B');
        await writeAll(writer, Buffer.alloc(size));
        await writer.seal();
        await queue.enqueue(['B', 'B-2', 'B-3'].map((id) => named(id, { body: 'B' })));
        await claim(queue, 'a', NOW);
        assert.equal(await queue.settle('B', 'a', { kind: 'done' }), true);
        assert.deepEqual(await queue.remove(['B-3']), ['B-3']);
        assert.equal((await spool.open('B'))?.size, size);
        assert.equal(await queue.settle('B-2', 'a', { kind: 'done' }), true);
        assert.equal(await spool.open('B'), undefined);
        assert.deepEqual(await queue.list(), []);
      });

      test(`a body of ${size} octets goes with an entry that is removed`, async (t) => {
        const { queue, spool } = await open(t);
        const writer = spool.create('B');
        await writeAll(writer, Buffer.alloc(size));
        await writer.seal();
        await queue.enqueue([named('B')]);
        await queue.remove(['B']);
        assert.equal(await spool.open('B'), undefined);
      });
    }

    test('entries are removed whatever their state; what is being delivered can no longer be settled', async (t) => {
      const { queue } = await open(t);
      const ids = ['QUEUED', 'HOLD', 'FAILED', 'CORRUPT'];
      for (const id of ids) await queue.enqueue([named(id, { state: id.toLowerCase() as Entry['state'] })]);
      await claim(queue, 'a', NOW);
      assert.deepEqual((await queue.remove([...ids, 'NONE'])).toSorted(), ids.toSorted());
      assert.deepEqual(await queue.list(), []);
      assert.equal(await queue.settle('QUEUED', 'a', keep), false);
    });

    test('a flush makes queued and failed entries due, those asked for or all', async (t) => {
      const { queue } = await open(t);
      await queue.enqueue([named('Q1', { due: NOW + 9000 })]);
      await queue.enqueue([named('Q2', { due: NOW + 9000 })]);
      await queue.enqueue([named('FAILED', { state: 'failed' })]);
      await queue.enqueue([named('HOLD', { state: 'hold' })]);
      await queue.enqueue([named('CORRUPT', { state: 'corrupt' })]);
      assert.deepEqual(await queue.flush(NOW, ['Q1', 'HOLD', 'NONE']), ['Q1']);
      assert.deepEqual(await claim(queue, 'a', NOW), ['Q1']);
      assert.deepEqual((await queue.flush(NOW + 1)).toSorted(), ['FAILED', 'Q1', 'Q2']);
      assert.deepEqual((await claim(queue, 'b', NOW + 1)).toSorted(), ['FAILED', 'Q2']);
    });

    test('what is held is not claimed until it is released', async (t) => {
      const { queue } = await open(t);
      for (const id of ['Q1', 'Q2']) await queue.enqueue([named(id)]);
      await queue.enqueue([named('CORRUPT', { state: 'corrupt' })]);
      assert.deepEqual(await queue.hold(['Q1', 'CORRUPT', 'NONE']), ['Q1']);
      assert.deepEqual(await claim(queue, 'a', NOW), ['Q2']);
      assert.deepEqual(await queue.release(NOW + 7, ['Q1', 'Q2']), ['Q1']);
      assert.equal((await queue.find('Q1'))?.due, NOW + 7);
      assert.deepEqual(await claim(queue, 'a', NOW + 7), ['Q1']);
    });

    test('an entry that is held while it is being delivered stays on hold, unless the delivery ends it', async (t) => {
      const { queue } = await open(t);
      for (const id of ['Q1', 'Q2', 'Q3']) await queue.enqueue([named(id)]);
      await claim(queue, 'a', NOW);
      await queue.hold(['Q1', 'Q2', 'Q3']);
      assert.equal(await queue.settle('Q1', 'a', keep), true);
      assert.equal(await queue.settle('Q2', 'a', { ...keep, state: 'failed' }), true);
      assert.equal(await queue.settle('Q3', 'a', { kind: 'done' }), true);
      const left = (await queue.list()).map(({ id, state, attempts }) => ({ id, state, attempts }));
      assert.deepEqual(left, [
        { id: 'Q1', state: 'hold', attempts: 1 },
        { id: 'Q2', state: 'failed', attempts: 1 },
      ]);
    });

    test('a claim of some ids takes those that are due and free, and no others', async (t) => {
      const { queue } = await open(t);
      for (const id of ['Q1', 'Q2', 'TAKEN', 'OTHER']) await queue.enqueue([named(id)]);
      await queue.enqueue([named('LATER', { due: NOW + 1 })]);
      await queue.enqueue([named('HELD', { state: 'hold' })]);
      const ofIds = async (owner: string, ids: readonly string[]): Promise<string[]> =>
        (await queue.claim({ owner, now: NOW, lease: LEASE, limit: 10, ids })).map(({ id }) => id);
      assert.deepEqual(await ofIds('a', ['TAKEN']), ['TAKEN']);
      const asked = ['Q2', 'Q1', 'Q1', 'TAKEN', 'LATER', 'HELD', 'NONE'];
      assert.deepEqual((await ofIds('b', asked)).toSorted(), ['Q1', 'Q2']);
      assert.deepEqual(await ofIds('c', asked), []);
      assert.equal(await queue.settle('Q1', 'b', { kind: 'done' }), true);
      assert.deepEqual(await claim(queue, 'd', NOW), ['OTHER']);
    });

    test('says what a claim would find', async (t) => {
      const { queue } = await open(t);
      assert.deepEqual(await queue.due(NOW, 10), []);
      await queue.enqueue([named('SECOND', { due: NOW - 1 })]);
      await queue.enqueue([named('FIRST', { due: NOW - 2 })]);
      await queue.enqueue([named('TAKEN', { due: NOW - 3 })]);
      await queue.enqueue([named('LATER', { due: NOW + 1 })]);
      await queue.enqueue([named('HELD', { state: 'hold', due: NOW - 4 })]);
      await claim(queue, 'a', NOW, 1);
      assert.deepEqual(await queue.due(NOW, 10), ['FIRST', 'SECOND']);
      assert.deepEqual(await queue.due(NOW, 1), ['FIRST']);
      assert.deepEqual(await queue.due(NOW + LEASE, 10), ['TAKEN', 'FIRST', 'SECOND', 'LATER']);
    });

    test('counts its entries by state, and says when the oldest that is queued arrived', async (t) => {
      const { queue } = await open(t);
      const none = { queued: 0, hold: 0, failed: 0, corrupt: 0, oldest: undefined };
      assert.deepEqual(await queue.summary(), none);
      await queue.enqueue([named('Q1', { arrived: NOW + 2 })]);
      await queue.enqueue([named('Q2', { arrived: NOW + 1 })]);
      await queue.enqueue([named('HOLD', { state: 'hold', arrived: NOW })]);
      await queue.enqueue([named('FAILED', { state: 'failed', arrived: NOW })]);
      assert.deepEqual(await queue.summary(), { ...none, queued: 2, hold: 1, failed: 1, oldest: NOW + 1 });
    });

    test('says of bodies which ones no entry names', async (t) => {
      const { queue } = await open(t);
      await queue.enqueue([named('B'), named('B-2', { body: 'B' })]);
      await queue.enqueue([named('C', { state: 'failed' })]);
      assert.deepEqual(await queue.unnamed(['A', 'B', 'C', 'D']), ['A', 'D']);
      await queue.remove(['B']);
      assert.deepEqual(await queue.unnamed(['B']), []);
      await queue.remove(['B-2']);
      assert.deepEqual(await queue.unnamed(['B']), ['B']);
    });

    test('rings at an enqueue, a flush and a release until it is told to stop', async (t) => {
      const { queue, bell } = await open(t);
      let rings = 0;
      const silence = bell.onBell(() => (rings += 1));
      const rung = async (what: string, act: () => Promise<unknown>): Promise<void> => {
        const before = rings;
        await act();
        await eventually(what, () => rings > before);
      };
      await queue.enqueue([named('HELD', { state: 'hold' })]);
      await nextTurns();
      assert.equal(rings, 0, 'what is on hold is not due');
      await rung('an enqueue', () => queue.enqueue([named('Q1')]));
      await rung('a flush', () => queue.flush(NOW));
      await queue.hold(['Q1']);
      await rung('a release', () => queue.release(NOW, ['Q1']));
      silence();
      const last = rings;
      await queue.flush(NOW);
      await queue.list();
      assert.equal(rings, last);
    });
  });
}

function named(id: string, changes: Parameters<typeof entryOf>[0] = {}): Entry {
  return entryOf({ id, body: id, due: NOW, ...changes });
}

async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

async function claim(queue: Queue, owner: string, now: number, limit = 100): Promise<string[]> {
  return (await queue.claim({ owner, now, lease: LEASE, limit })).map(({ id }) => id);
}
