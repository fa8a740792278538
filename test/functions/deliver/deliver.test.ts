import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createDeliver } from '#functions/deliver/deliver.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Store } from '#shared/embedded/store.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { dataFolder, openRelay } from '../../embedded/support/data-folder.ts';
import { deferred, delivered, entryOf, failed, hostDown } from '../../support/entry.ts';
import { eventually } from '../../support/eventually.ts';

const ARRIVED = 1_700_000_000_000;
const MINUTE = 60_000;
const SETTINGS = {
  default_transport: 'capture' as const,
  default_destination_concurrency_limit: 4,
  minimal_backoff_time: 5 * MINUTE,
  maximal_backoff_time: 66 * MINUTE,
  maximal_queue_lifetime: 5 * 24 * 60 * MINUTE,
  log_addresses: false,
};

type Deliver = (recipients: readonly string[], entry: Entry) => Outcome[] | Promise<Outcome[]>;

/** The loop over a real store, with a transport that says what the test wants. The clock stands still until it is set. */
async function startDeliver(
  t: TestContext,
  deliver: Deliver,
  wrap: (queue: Queue) => Pick<Queue, 'claim' | 'settle'> = (queue) => queue,
) {
  const store = await openRelay(t, await dataFolder(t));
  const clock = { now: ARRIVED };
  const events: { readonly level: string; readonly event: object }[] = [];
  const logged = (level: string) => (event: object) => void events.push({ level, event });
  const transport: Transport = {
    name: 'capture',
    deliver: async (entry, recipients) => deliver(recipients, entry),
    async close() {},
  };
  const loop = createDeliver({
    queue: wrap(store.queue),
    bell: store.bell,
    spool: store.spool,
    transports: { capture: transport },
    settings: SETTINGS,
    now: () => clock.now,
    log: { debug: logged('debug'), info: logged('info'), warn: logged('warn'), error: logged('error') },
  });
  t.after(() => loop.stop(1000));
  return { store, clock, events, loop };
}

async function enqueue({ queue, spool }: Store, id: string, to: readonly string[], hasBody = true): Promise<void> {
  const writer = spool.create(id);
  if (hasBody) {
    await writer.write(Buffer.from('Subject: one\r\n\r\nbody\r\n'));
    await writer.seal();
  }
  await queue.enqueue([entryOf({ id, body: id, to, arrived: ARRIVED, due: ARRIVED })]);
}

const all =
  (outcome: Outcome): Deliver =>
  (recipients) =>
    recipients.map(() => outcome);

/** The entry, once it has been tried. */
const tried = ({ queue }: Store, id: string): Promise<Entry> =>
  eventually(`${id} was tried`, async () => {
    const entry = await queue.find(id);
    return entry !== undefined && entry.attempts > 0 ? entry : undefined;
  });
const gone = ({ queue }: Store, id: string): Promise<boolean> =>
  eventually(`${id} is gone`, async () => ((await queue.find(id)) === undefined ? true : undefined));

test('what is delivered leaves queue and spool', async (t) => {
  const { store, loop } = await startDeliver(t, all(delivered));
  loop.start();
  await enqueue(store, 'A', ['a@example.net']);
  await gone(store, 'A');
  assert.equal(await store.spool.open('A'), undefined);
});

test('who has got it is never tried again, and who has not is, when the entry is due', async (t) => {
  const calls: (readonly string[])[] = [];
  const { store, clock, loop } = await startDeliver(t, (recipients) => {
    calls.push(recipients);
    return recipients.map((address) => (address.startsWith('busy') && calls.length === 1 ? deferred : delivered));
  });
  loop.start();
  await enqueue(store, 'A', ['a@example.net', 'busy@example.net']);
  const { recipients, due } = await tried(store, 'A');
  assert.deepEqual(
    recipients.map(({ status }) => status),
    ['delivered', 'pending'],
  );
  assert.equal(due, ARRIVED + SETTINGS.minimal_backoff_time);
  clock.now = due;
  await store.queue.flush(clock.now, ['A']);
  await gone(store, 'A');
  assert.deepEqual(calls, [['a@example.net', 'busy@example.net'], ['busy@example.net']]);
});

test('what is refused for good, or too old, stays listed as failed with its reason', async (t) => {
  const { store, clock, loop } = await startDeliver(t, (recipients) =>
    recipients.map((address) => (address.startsWith('no') ? failed : deferred)),
  );
  await enqueue(store, 'A', ['no@example.net']);
  await enqueue(store, 'B', ['busy@example.net']);
  clock.now = ARRIVED + SETTINGS.maximal_queue_lifetime;
  loop.start();
  const [refused, expired] = [await tried(store, 'A'), await tried(store, 'B')];
  assert.equal(refused.state, 'failed');
  assert.match(refused.recipients[0]?.reason ?? '', /unknown/);
  assert.equal(expired.state, 'failed');
  assert.match(expired.recipients[0]?.reason ?? '', /busy/);
});

test('an entry whose body is missing is kept as corrupt, with an alarm', async (t) => {
  const { store, events, loop } = await startDeliver(t, all(delivered));
  await enqueue(store, 'A', ['a@example.net'], false);
  loop.start();
  await eventually('corrupt', async () => ((await store.queue.find('A'))?.state === 'corrupt' ? true : undefined));
  assert.ok(events.some(({ level, event }) => level === 'error' && 'event' in event && event.event === 'corrupt'));
});

test('a transport that throws defers everyone', async (t) => {
  const { store, loop } = await startDeliver(t, () => {
    throw new Error('bug');
  });
  await enqueue(store, 'A', ['a@example.net', 'b@example.net']);
  loop.start();
  const { state, recipients } = await tried(store, 'A');
  assert.equal(state, 'queued');
  assert.ok(recipients.every(({ status, reason }) => status === 'pending' && !reason?.includes('bug')));
});

test('a next hop in trouble is left alone: what was not tried keeps its due time', async (t) => {
  let calls = 0;
  const { store, loop } = await startDeliver(t, (recipients) => {
    calls += 1;
    return recipients.map(() => hostDown);
  });
  loop.start();
  await enqueue(store, 'A', ['a@example.net']);
  await tried(store, 'A');
  await enqueue(store, 'B', ['b@example.net']);
  const { due, attempts } = (await store.queue.find('B')) ?? entryOf();
  assert.deepEqual({ calls, due, attempts }, { calls: 1, due: ARRIVED, attempts: 0 });
});

test('no more deliveries than the limit are under way, and all are done', async (t) => {
  let underWay = 0;
  let most = 0;
  const { store, loop } = await startDeliver(t, async (recipients) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    return recipients.map(() => delivered);
  });
  const ids = Array.from({ length: 40 }, (_, i) => `M${i}`);
  await Promise.all(ids.map((id) => enqueue(store, id, ['a@example.net'])));
  loop.start();
  await eventually('an empty queue', async () => ((await store.queue.list()).length === 0 ? true : undefined));
  assert.equal(most, SETTINGS.default_destination_concurrency_limit);
});

test('an entry that an operator deletes while it is delivered stays deleted', async (t) => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { store, events, loop } = await startDeliver(t, async (recipients) => {
    begun.resolve();
    await go.promise;
    return recipients.map(() => deferred);
  });
  loop.start();
  await enqueue(store, 'A', ['a@example.net']);
  await begun.promise;
  await store.queue.remove(['A']);
  go.resolve();
  await eventually('the log', () => events.find(({ event }) => 'event' in event && event.event === 'queue'));
  assert.equal(await store.queue.find('A'), undefined);
});

test('a queue that does not answer is asked again', async (t) => {
  let faults = 3; // More than the start and the bell can ask for: the loop must come back by itself.
  const { store, loop } = await startDeliver(t, all(delivered), (queue) => ({
    claim: async (request) => {
      if (faults-- > 0) throw new TemporaryFault('busy');
      return queue.claim(request);
    },
    settle: (id, owner, settlement) => queue.settle(id, owner, settlement),
  }));
  await enqueue(store, 'A', ['a@example.net']);
  loop.start();
  await gone(store, 'A');
});

test('a stop waits for what is under way and claims nothing more', async (t) => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { store, loop } = await startDeliver(t, async (recipients) => {
    begun.resolve();
    await go.promise;
    return recipients.map(() => delivered);
  });
  loop.start();
  await enqueue(store, 'A', ['a@example.net']);
  await begun.promise;
  const stopped = loop.stop(10_000);
  await enqueue(store, 'B', ['b@example.net']);
  go.resolve();
  await stopped;
  assert.deepEqual(
    (await store.queue.list()).map(({ id, attempts }) => [id, attempts]),
    [['B', 0]],
  );
});
