// Whatever is done to a queue in whatever order, it stays in step with a simple model of it (test/support/queue-model.ts).

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import { entryOf } from '../support/entry.ts';
import { QueueModel } from '../support/queue-model.ts';
import type { SpoolAndQueue } from './spool.ts';

/** `bell`: of a queue that says when a claim may next find something. */
type Opened = SpoolAndQueue & { readonly bell?: Pick<Bell, 'nextDue'> };

/** Numbers pick among what is there: the third entry of two is the first. Mostly the owner that settles is the right one. */
type QueueStep =
  | { readonly do: 'enqueue'; readonly entries: number; readonly dueIn: number; readonly hold: boolean }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'claim'; readonly lease: number; readonly limit: number }
  | { readonly do: 'claim some'; readonly lease: number; readonly entries: readonly number[] }
  | { readonly do: 'due'; readonly limit: number }
  | { readonly do: 'done'; readonly entry: number; readonly stranger: boolean }
  | {
      readonly do: 'keep';
      readonly entry: number;
      readonly stranger: boolean;
      readonly state: Entry['state'];
      readonly dueIn: number;
    }
  | { readonly do: 'remove' | 'hold' | 'release' | 'flush'; readonly entries: readonly number[] }
  | { readonly do: 'flush all' };

/** Few different times, so that a lease often ends at the very moment of a claim. */
const span = fc.constantFrom(10, 20, 40);
const dueIn = fc.constantFrom(-10, 0, 0, 10, 30);
const entry = fc.nat(3);
const entries = fc.array(entry, { minLength: 1, maxLength: 2 });
const stranger = fc.integer({ min: 1, max: 8 }).map((of8) => of8 === 8);
const state = fc.constantFrom<Entry['state']>('queued', 'queued', 'failed', 'corrupt');
const limit = fc.integer({ min: 1, max: 3 });
const steps: fc.Arbitrary<QueueStep[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('enqueue'), entries: fc.integer({ min: 1, max: 3 }), dueIn, hold: fc.boolean() }),
    fc.record({ do: fc.constant('wait'), ms: span }),
    fc.record({ do: fc.constant('claim'), lease: span, limit }),
    { arbitrary: fc.record({ do: fc.constant('claim some'), lease: span, entries }), weight: 2 },
    fc.record({ do: fc.constant('due'), limit }),
    fc.record({ do: fc.constant('done'), entry, stranger }),
    { arbitrary: fc.record({ do: fc.constant('keep'), entry, stranger, state, dueIn }), weight: 2 },
    fc.record({ do: fc.constantFrom('remove', 'hold', 'hold', 'release', 'flush'), entries }),
    fc.record({ do: fc.constant('flush all') }),
  ),
  { size: 'max', maxLength: 50 },
);

/** `opened`: empty, and its own. */
export async function staysInStep(opened: Opened, runs: number): Promise<void> {
  const { queue } = opened;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      await queue.remove((await queue.list()).map(({ id }) => id));
      run += 1;
      await play(steps, opened, `R${run}`);
    }),
    { numRuns: runs },
  );
}

/**
 * Does these steps to the queue and to the model of it, and compares the two after each. `run` names the bodies of this run: the
 * queue is empty before, and its bodies may be looked for behind it.
 */
async function play(steps: readonly QueueStep[], { queue, spool, bell }: Opened, run: string): Promise<void> {
  const model = new QueueModel();
  const bodies: string[] = [];
  const ids: string[] = [];
  let now = 1_700_000_000_000;
  let claims = 0;
  const pick = (number: number): string => ids[number % Math.max(ids.length, 1)] ?? 'NONE';

  for (const step of steps) {
    switch (step.do) {
      case 'enqueue': {
        const body = `${run}B${bodies.length}`;
        const writer = spool.create(body);
        await writer.write(Buffer.from(body));
        await writer.seal();
        const entries = Array.from({ length: step.entries }, (_, i) =>
          entryOf({
            id: i === 0 ? body : `${body}-${i + 1}`,
            body,
            arrived: now,
            due: now + step.dueIn,
            state: step.hold ? 'hold' : 'queued',
          }),
        );
        await queue.enqueue(entries);
        model.enqueue(entries);
        bodies.push(body);
        ids.push(...entries.map(({ id }) => id));
        break;
      }
      case 'wait':
        now += step.ms;
        break;
      case 'claim': {
        const { lease, limit } = step;
        const request = { owner: `claim ${(claims += 1)}`, now, lease, limit };
        model.claim(request, await queue.claim(request));
        break;
      }
      case 'claim some': {
        const ids = step.entries.map(pick);
        const request = { owner: `claim ${(claims += 1)}`, now, lease: step.lease, limit: ids.length, ids };
        model.claim(request, await queue.claim(request));
        break;
      }
      case 'due':
        model.due(now, step.limit, await queue.due(now, step.limit));
        break;
      case 'done': {
        const id = pick(step.entry);
        const owner = step.stranger ? 'nobody' : model.ownerOf(id);
        const done = { kind: 'done' } as const;
        assert.equal(await queue.settle(id, owner, done), model.settle(id, owner, done));
        break;
      }
      case 'keep': {
        const id = pick(step.entry);
        const owner = step.stranger ? 'nobody' : model.ownerOf(id);
        const keep = {
          kind: 'keep',
          state: step.state,
          recipients: [{ address: 'someone@example.net', status: 'pending', reason: `at ${now}` }],
          attempts: 1,
          due: now + step.dueIn,
        } as const;
        assert.equal(await queue.settle(id, owner, keep), model.settle(id, owner, keep));
        break;
      }
      case 'flush all':
        assert.deepEqual((await queue.flush(now)).toSorted(), model.flush(now).toSorted());
        break;
      default: {
        const chosen = [...new Set(step.entries.map(pick))];
        switch (step.do) {
          case 'remove':
            assert.deepEqual(await queue.remove(chosen), model.remove(chosen));
            break;
          case 'hold':
            assert.deepEqual(await queue.hold(chosen), model.hold(chosen));
            break;
          case 'release':
            assert.deepEqual(await queue.release(now, chosen), model.release(now, chosen));
            break;
          case 'flush':
            assert.deepEqual(await queue.flush(now, chosen), model.flush(now, chosen));
            break;
        }
      }
    }
    assert.deepEqual(await queue.list(), model.list());
    if (bell !== undefined) assert.equal(await bell.nextDue(), model.nextDue());
  }
  for (const body of bodies) assert.equal((await spool.open(body)) !== undefined, model.names(body), body);
}
