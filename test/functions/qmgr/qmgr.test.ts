import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createQmgr, type QmgrContext } from '#functions/qmgr/qmgr.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Quota } from '#shared/ports/quota.ts';
import { dataFolder, openRelay } from '../../embedded/support/data-folder.ts';
import { entryOf } from '../../support/entry.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ON_THE_HOUR = new Date('2026-11-24T12:00:00Z');
/** When Lambda would end it. */
const IN_TIME = NOW + 50_000;
const PAST_THE_HOUR = new Date('2026-11-24T12:01:00Z');

class MemoryDoorbell {
  readonly rung: string[] = [];
  waits = 0;

  async ring(ids: readonly string[]): Promise<void> {
    this.rung.push(...ids);
  }

  async waiting(): Promise<number> {
    return this.waits;
  }
}

class MemoryBodies {
  /** When each was sealed, by id. */
  readonly sealed = new Map<string, number>();

  async *before(time: number): AsyncIterable<string> {
    for (const [id, at] of this.sealed) if (at < time) yield id;
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.sealed.delete(id);
  }
}

const QUOTA: Quota = { max24Hours: 50_000, sent24Hours: 12_500, maxRate: 14, sendingEnabled: true };

async function start(t: TestContext, changes: Partial<QmgrContext> = {}) {
  const { queue } = await openRelay(t, await dataFolder(t));
  const doorbell = new MemoryDoorbell();
  const bodies = new MemoryBodies();
  const events: Record<string, unknown>[] = [];
  const log = (event: object): void => void events.push(event as Record<string, unknown>);
  const qmgr = createQmgr({
    queue,
    doorbell,
    bodies,
    quota: { current: async () => QUOTA },
    now: () => NOW,
    log: { debug: log, info: log, warn: log, error: log },
    ...changes,
  });
  const eventOf = (name: string) => events.find(({ event }) => event === name);
  return { queue, doorbell, bodies, events, eventOf, qmgr };
}

const named = (id: string, changes: Parameters<typeof entryOf>[0] = {}) =>
  entryOf({ id, body: id, arrived: NOW - HOUR, due: NOW - HOUR, ...changes });
const down = async (): Promise<never> => {
  throw new TemporaryFault('down');
};

test('what has been due for more than a minute is rung again, the longest due first', async (t) => {
  const { queue, doorbell, qmgr } = await start(t);
  await queue.enqueue([named('FRESH', { due: NOW - MINUTE + 1 })]);
  await queue.enqueue([named('MISSED', { due: NOW - MINUTE })]);
  await queue.enqueue([named('LONG', { due: NOW - HOUR })]);
  await queue.enqueue([named('LATER', { due: NOW + 1 })]);
  await queue.enqueue([named('HELD', { state: 'hold' })]);
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.deepEqual(doorbell.rung, ['LONG', 'MISSED']);
});

test('a doorbell that holds many rings gets only the difference, and a full one none', async (t) => {
  const { queue, doorbell, eventOf, qmgr } = await start(t);
  for (let i = 10; i < 25; i += 1) await queue.enqueue([named(`Q${i}`, { due: NOW - HOUR + i })]);
  doorbell.waits = 500;
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.deepEqual(doorbell.rung, []);
  assert.equal(eventOf('queueRun')?.['rung'], 0);
  doorbell.waits = 499;
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.deepEqual(
    doorbell.rung,
    Array.from({ length: 10 }, (_, i) => `Q${i + 10}`),
  );
});

test('the queue is counted, with the age of the oldest entry in seconds', async (t) => {
  const { queue, eventOf, qmgr } = await start(t);
  await queue.enqueue([named('A', { arrived: NOW - HOUR })]);
  await queue.enqueue([named('B', { arrived: NOW - MINUTE })]);
  await queue.enqueue([named('C', { state: 'hold' })]);
  await queue.enqueue([named('D', { state: 'failed' })]);
  await queue.enqueue([named('E', { state: 'corrupt' })]);
  await qmgr(PAST_THE_HOUR, IN_TIME);
  const counts = { event: 'queueRun', queued: 2, held: 1, failed: 1, corrupt: 1, oldest: 3600, rung: 2 };
  assert.deepEqual(eventOf('queueRun'), counts);
});

test('an empty queue has an oldest entry of no age, so that its graph falls to zero', async (t) => {
  const { eventOf, qmgr } = await start(t);
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.equal(eventOf('queueRun')?.['oldest'], 0);
});

test('the sending quota is told in percent, and where there is none it is never asked for', async (t) => {
  const { eventOf, qmgr } = await start(t);
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.equal(eventOf('quota')?.['used'], 25);
  const unlimited = await start(t, { quota: { current: async () => ({ ...QUOTA, max24Hours: Infinity }) } });
  await unlimited.qmgr(PAST_THE_HOUR, IN_TIME);
  assert.equal(unlimited.eventOf('quota')?.['used'], 0);
});

test('an account that may send nothing is an error in the log', async (t) => {
  const { eventOf, qmgr } = await start(t, { quota: { current: async () => ({ ...QUOTA, sendingEnabled: false }) } });
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.ok(eventOf('sendingDisabled'));
});

test('on the hour, bodies older than a day that no entry names are removed, each with a word in the log', async (t) => {
  const { queue, bodies, events, qmgr } = await start(t);
  await queue.enqueue([named('NAMED', { state: 'failed' })]);
  bodies.sealed.set('NAMED', NOW - 48 * HOUR);
  bodies.sealed.set('YOUNG', NOW - 23 * HOUR);
  for (let i = 0; i < 150; i += 1) bodies.sealed.set(`ORPHAN${i}`, NOW - 25 * HOUR);
  await qmgr(ON_THE_HOUR, IN_TIME);
  assert.deepEqual([...bodies.sealed.keys()], ['NAMED', 'YOUNG']);
  assert.equal(events.filter(({ event }) => event === 'sweep').length, 150);
});

test('a sweep ends in time, and the next one goes on', async (t) => {
  let now = NOW;
  const { bodies, eventOf, qmgr } = await start(t, { now: () => (now += 20_000) });
  for (let i = 0; i < 250; i += 1) bodies.sealed.set(`ORPHAN${i}`, NOW - 25 * HOUR);
  await qmgr(ON_THE_HOUR, IN_TIME);
  assert.ok(bodies.sealed.size > 0 && bodies.sealed.size < 250, String(bodies.sealed.size));
  assert.ok(eventOf('queueRun'));
  await qmgr(ON_THE_HOUR, now + HOUR);
  assert.equal(bodies.sealed.size, 0);
});

test('at any other minute nothing is swept', async (t) => {
  const { bodies, qmgr } = await start(t);
  bodies.sealed.set('ORPHAN', NOW - 48 * HOUR);
  await qmgr(PAST_THE_HOUR, IN_TIME);
  assert.deepEqual([...bodies.sealed.keys()], ['ORPHAN']);
});

test('a part that fails does not stop the others, and the run fails at the end', async (t) => {
  const { queue, doorbell, bodies, eventOf, qmgr } = await start(t, { quota: { current: down } });
  await queue.enqueue([named('A')]);
  bodies.sealed.set('ORPHAN', NOW - 48 * HOUR);
  await assert.rejects(qmgr(ON_THE_HOUR, IN_TIME), AggregateError);
  assert.deepEqual(doorbell.rung, ['A']);
  assert.equal(eventOf('queueRun')?.['queued'], 1);
  assert.equal(bodies.sealed.size, 0);
  assert.equal(eventOf('qmgr')?.['part'], 'quota');
});

test('the queue is counted even when the bell cannot be rung', async (t) => {
  const { queue, eventOf, qmgr } = await start(t, { doorbell: { ring: down, waiting: async () => 0 } });
  await queue.enqueue([named('A')]);
  await assert.rejects(qmgr(PAST_THE_HOUR, IN_TIME), AggregateError);
  assert.equal(eventOf('queueRun')?.['queued'], 1);
  assert.equal(eventOf('qmgr')?.['part'], 'ring');
});
