import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createDeliverRung, type DeliverRungContext } from '#functions/deliver/deliver-rung.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Store } from '#shared/embedded/store.ts';
import { dataFolder, openRelay } from '../../embedded/support/data-folder.ts';
import { deferred, delivered, entryOf, hostDown } from '../../support/entry.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const LEASE = 5.5 * MINUTE;
const IN_TIME = NOW + 5 * MINUTE;
const SETTINGS = {
  default_transport: 'ses' as const,
  default_destination_concurrency_limit: 2,
  minimal_backoff_time: 5 * MINUTE,
  maximal_backoff_time: 66 * MINUTE,
  maximal_queue_lifetime: 5 * 24 * 60 * MINUTE,
  log_addresses: false,
};

type Deliver = (id: string) => Outcome | Promise<Outcome>;

async function start(t: TestContext, deliver: Deliver, changes: Partial<DeliverRungContext> = {}) {
  const store = await openRelay(t, await dataFolder(t));
  const clock = { now: NOW };
  const calls: string[] = [];
  const events: object[] = [];
  const log = (event: object): void => void events.push(event);
  const rung = createDeliverRung({
    queue: store.queue,
    spool: store.spool,
    transports: {
      ses: {
        name: 'ses',
        async deliver({ id }, recipients) {
          calls.push(id);
          const outcome = await deliver(id);
          return recipients.map(() => outcome);
        },
        async close() {},
      },
    },
    settings: SETTINGS,
    now: () => clock.now,
    log: { debug: log, info: log, warn: log, error: log },
    lease: LEASE,
    ...changes,
  });
  return { store, clock, calls, events, rung };
}

async function enqueue({ queue, spool }: Store, ids: readonly string[], hasBody = true): Promise<void> {
  for (const id of ids) {
    const writer = spool.create(id);
    if (hasBody) {
      await writer.write(Buffer.from('Subject: one\r\n\r\nbody\r\n'));
      await writer.seal();
    }
    await queue.enqueue([entryOf({ id, body: id, arrived: NOW, due: NOW })]);
  }
}

const queued = async ({ queue }: Store) => (await queue.list()).map(({ id, attempts }) => [id, attempts]);

test('what a ring names is delivered, each entry once, and nothing else', async (t) => {
  const { store, calls, rung } = await start(t, () => delivered);
  await enqueue(store, ['A', 'B', 'C']);
  assert.deepEqual([...(await rung(['A', 'B', 'A', 'GONE'], IN_TIME))], []);
  assert.deepEqual(calls.toSorted(), ['A', 'B']);
  assert.deepEqual(await queued(store), [['C', 0]]);
});

test('what is deferred stays in the queue with its next time, and needs no ring', async (t) => {
  const { store, rung } = await start(t, (id) => (id === 'A' ? deferred : delivered));
  await enqueue(store, ['A', 'B']);
  assert.deepEqual([...(await rung(['A', 'B'], IN_TIME))], []);
  assert.deepEqual(await queued(store), [['A', 1]]);
  assert.equal((await store.queue.find('A'))?.due, NOW + SETTINGS.minimal_backoff_time);
});

test('an entry is delivered at once where its listener has a clock that is ahead', async (t) => {
  const { store, clock, rung } = await start(t, () => delivered);
  await enqueue(store, ['A']);
  clock.now = NOW - 1000;
  assert.deepEqual([...(await rung(['A'], IN_TIME))], []);
  assert.deepEqual(await queued(store), []);
});

test('no more deliveries than the limit are under way', async (t) => {
  let underWay = 0;
  let most = 0;
  const { store, rung } = await start(t, async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return delivered;
  });
  const ids = Array.from({ length: 12 }, (_, i) => `M${i}`);
  await enqueue(store, ids);
  await rung(ids, IN_TIME);
  assert.equal(most, SETTINGS.default_destination_concurrency_limit);
  assert.deepEqual(await queued(store), []);
});

test('an entry that somebody else has leased is left to him', async (t) => {
  const { store, calls, rung } = await start(t, () => delivered);
  await enqueue(store, ['A']);
  await store.queue.claim({ owner: 'other', now: NOW, lease: LEASE, limit: 1 });
  assert.deepEqual([...(await rung(['A'], IN_TIME))], []);
  assert.deepEqual(calls, []);
});

test('an entry whose body is missing is kept as corrupt, and needs no ring', async (t) => {
  const { store, events, rung } = await start(t, () => delivered);
  await enqueue(store, ['A'], false);
  assert.deepEqual([...(await rung(['A'], IN_TIME))], []);
  assert.equal((await store.queue.find('A'))?.state, 'corrupt');
  assert.ok(events.some((event) => 'event' in event && event.event === 'corrupt'));
});

test('what the store could not be asked for must be rung again; the rest is delivered', async (t) => {
  const { store, rung } = await start(t, () => delivered);
  const flaky = {
    claim: async (request: Parameters<Store['queue']['claim']>[0]) => {
      if (request.ids?.includes('A') === true) throw new TemporaryFault('busy');
      return store.queue.claim(request);
    },
    settle: store.queue.settle.bind(store.queue),
  };
  const half = await start(t, () => delivered, { queue: flaky, spool: store.spool });
  await enqueue(store, ['A', 'B']);
  assert.deepEqual([...(await half.rung(['A', 'B'], IN_TIME))], ['A']);
  assert.deepEqual(await queued(store), [['A', 0]]);
  assert.deepEqual([...(await rung(['A'], IN_TIME))], []);
});

test('what there is no time for is left as it was, and must be rung again', async (t) => {
  const { store, clock, calls, rung } = await start(t, () => {
    clock.now = IN_TIME - 10_000;
    return delivered;
  });
  await enqueue(store, ['A', 'B', 'C', 'D']);
  const again = await rung(['A', 'B', 'C', 'D'], IN_TIME);
  assert.deepEqual(calls.toSorted(), ['A', 'B']);
  assert.deepEqual([...again].toSorted(), ['C', 'D']);
  assert.deepEqual(await queued(store), [
    ['C', 0],
    ['D', 0],
  ]);
  assert.equal((await store.queue.claim({ owner: 'next', now: NOW, lease: LEASE, limit: 10 })).length, 2);
});

test('a transport that does not answer is given up in time for the queue to be told', async (t) => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { store, rung } = await start(t, () => {
    resolve();
    return new Promise<Outcome>(() => {});
  });
  await enqueue(store, ['A']);
  // 30 s are the least time for an attempt; 20 s of them are for the queue.
  const { mock } = t;
  mock.timers.enable({ apis: ['setTimeout'] });
  const done = rung(['A'], NOW + 30_000);
  await asked;
  const ticking = setInterval(() => mock.timers.tick(10_000), 10);
  await done;
  clearInterval(ticking);
  mock.timers.reset();
  const entry = await store.queue.find('A');
  assert.match(entry?.recipients[0]?.reason ?? '', /ses has not answered within 10 seconds/);
});

test('through a long hold-off, entries are deferred without a call', async (t) => {
  const { store, clock, calls, rung } = await start(t, () => hostDown);
  // Troubles that follow each other double the pause: 1, 2, 4, 8 seconds.
  for (const id of ['A', 'B', 'C', 'D']) {
    await enqueue(store, [id]);
    await rung([id], IN_TIME);
    if (id !== 'D') clock.now += 5000;
  }
  await enqueue(store, ['E']);
  await rung(['E'], IN_TIME);
  assert.deepEqual(calls, ['A', 'B', 'C', 'D']);
  const entry = await store.queue.find('E');
  assert.equal(entry?.state, 'queued');
  assert.match(entry.recipients[0]?.reason ?? '', /delivery temporarily suspended: ses was in trouble/);
  assert.equal(entry.due, clock.now + SETTINGS.minimal_backoff_time);
});

test('a short hold-off is waited for', async (t) => {
  const outcomes = [hostDown, delivered];
  const { store, calls, rung } = await start(t, () => outcomes.shift() ?? deferred, { now: Date.now });
  const due = Date.now();
  for (const id of ['A', 'B']) await enqueue(store, [id]);
  await rung(['A'], due + 5 * MINUTE);
  await rung(['B'], due + 5 * MINUTE);
  assert.deepEqual(calls, ['A', 'B']);
  assert.equal(await store.queue.find('B'), undefined);
});
