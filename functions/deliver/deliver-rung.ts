// Delivers the entries that a ring names, for a deliver that lives from ring to ring and has little time. An entry is claimed just
// before its attempt, so that what there is no time for is left as it was. A store that does not answer, or the end of the time,
// means that the ring must be heard again; what was claimed and could not be settled comes back when its lease ends.

import { randomUUID } from 'node:crypto';
import type { Settings } from '#shared/config/settings.ts';
import type { Queue } from '#shared/ports/queue.ts';
import { deliverEntry, type DeliveryContext, type DeliverySettings } from './delivery.ts';
import { holdOffsFor } from './hold-off.ts';
import { patientTransports } from './patient-transports.ts';

/** Milliseconds that an attempt leaves for telling the queue. */
const TO_SETTLE = 20 * 1000;
/** No attempt is begun that could not have so long. */
const SHORTEST_ATTEMPT = 10 * 1000;
/**
 * Milliseconds between this clock and that of whoever has enqueued: the ring comes at once, and an entry that is not due yet would
 * wait until it counts as missed.
 */
const CLOCKS_DIFFER = 2 * 1000;

export type DeliverRungContext = Pick<DeliveryContext, 'spool' | 'transports' | 'now' | 'log'> & {
  readonly queue: Pick<Queue, 'claim' | 'settle'>;
  readonly settings: DeliverySettings & Pick<Settings, 'default_destination_concurrency_limit'>;
  /** Milliseconds: longer than this program may run after a claim. */
  readonly lease: number;
};

/**
 * `deadline`: when this process may be ended, ms since the epoch. Resolves to the ids that must be rung again; entries that are
 * gone, on hold, not due or somebody else's need nothing.
 */
export type DeliverRung = (ids: readonly string[], deadline: number) => Promise<ReadonlySet<string>>;

export function createDeliverRung(context: DeliverRungContext): DeliverRung {
  const { queue, settings, now, log, lease } = context;
  const holdOffs = holdOffsFor(context.transports, settings.minimal_backoff_time);
  const transports = patientTransports(context.transports, holdOffs, now);

  /** False if the queue did not answer. */
  async function deliver(id: string, deadline: number): Promise<boolean> {
    const owner = randomUUID();
    try {
      const entries = await queue.claim({ owner, now: now() + CLOCKS_DIFFER, lease, limit: 1, ids: [id] });
      for (const entry of entries) {
        const limit = Math.max(deadline - now() - TO_SETTLE, 0);
        await deliverEntry(entry, owner, { ...context, transports, holdOffs, limit });
      }
      return true;
    } catch (err) {
      log.error({ event: 'queue', queueId: id, err }, 'the queue cannot be claimed from now');
      return false;
    }
  }

  return async (ids, deadline) => {
    const waiting = new Set(ids);
    const again = new Set<string>();
    async function work(): Promise<void> {
      for (const id of waiting) {
        waiting.delete(id);
        const isTime = deadline - now() >= SHORTEST_ATTEMPT + TO_SETTLE;
        if (!isTime || !(await deliver(id, deadline))) again.add(id);
      }
    }
    await Promise.all(Array.from({ length: settings.default_destination_concurrency_limit }, work));
    return again;
  };
}
