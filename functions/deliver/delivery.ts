// One claimed entry from its attempt to what the queue is told of it, for whoever claims: the loop of one process (deliver.ts)
// or a ring (deliver-rung.ts). It never throws: what the queue cannot be told stays leased, comes back when the lease ends, and
// may then be delivered twice.

import { setTimeout as pause } from 'node:timers/promises';
import { afterAttempt } from '#shared/domain/delivery/after-attempt.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { RetrySettings } from '#shared/domain/queue/retry.ts';
import type { Queue, Settlement } from '#shared/ports/queue.ts';
import { attempt, type AttemptContext, type AttemptSettings } from './attempt.ts';
import type { HoldOffs } from './hold-off.ts';

const SETTLE_TRIES = 3;
/** Milliseconds between tries of a store that does not answer. */
const SETTLE_PAUSE = 1000;

export type DeliverySettings = RetrySettings & AttemptSettings;

export type DeliveryContext = Omit<AttemptContext, 'settings' | 'onOutcomes'> & {
  readonly queue: Pick<Queue, 'settle'>;
  readonly settings: DeliverySettings;
  readonly holdOffs: HoldOffs;
};

/** What the queue was told; undefined if it could not be told, or if the entry was no longer `owner`'s. */
export async function deliverEntry(
  entry: Entry,
  owner: string,
  context: DeliveryContext,
): Promise<Settlement | undefined> {
  const { settings, now, holdOffs } = context;
  const result = await attempt(entry, {
    ...context,
    onOutcomes: (transport, outcomes) => holdOffs.get(transport)?.note(outcomes, now()),
  });
  if (result.kind === 'no body') {
    context.log.error(
      { event: 'corrupt', queueId: entry.id, body: entry.body },
      'the body is missing: the entry is kept as corrupt',
    );
    return settle(entry, owner, keep({ ...entry, state: 'corrupt' }), context);
  }
  const after = afterAttempt(entry, result.outcomes, now(), settings);
  return settle(entry, owner, after === undefined ? { kind: 'done' } : keep(after), context);
}

async function settle(
  entry: Entry,
  owner: string,
  settlement: Settlement,
  { queue, log }: DeliveryContext,
): Promise<Settlement | undefined> {
  for (let tries = 1; tries <= SETTLE_TRIES; tries += 1) {
    try {
      if (await queue.settle(entry.id, owner, settlement)) return settlement;
      log.warn({ event: 'queue', queueId: entry.id }, 'the lease was lost or the entry removed meanwhile');
      return undefined;
    } catch (err) {
      log.error(
        { event: 'queue', queueId: entry.id, settlement: settlement.kind, err },
        'the queue cannot be told now',
      );
      if (tries < SETTLE_TRIES) await pause(SETTLE_PAUSE);
    }
  }
  return undefined;
}

function keep({ state, recipients, attempts, due }: Entry): Settlement {
  return { kind: 'keep', state, recipients, attempts, due };
}
