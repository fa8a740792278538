// Rings again for what was missed: a ring that was lost, a retry whose time has come, an entry whose lease has ended. A doorbell
// that still holds many rings is not filled further: what is due stays due, and the longest due comes first.

import { MISSED_AFTER } from '#shared/config/timing.ts';
import type { Doorbell } from '#shared/ports/doorbell.ts';
import type { Queue } from '#shared/ports/queue.ts';

/** Rings that may wait to be heard: some minutes' work for the delivers. */
const WAITING = 500;
/** Entries that one ring may name (shared/aws/doorbell.ts). */
const ENTRIES_IN_A_RING = 10;

export type RingContext = {
  readonly queue: Pick<Queue, 'due'>;
  readonly doorbell: Doorbell;
};

/** How many entries were rung for. `now` in ms. */
export async function ringForMissed({ queue, doorbell }: RingContext, now: number): Promise<number> {
  const room = WAITING - (await doorbell.waiting());
  if (room <= 0) return 0;
  const missed = await queue.due(now - MISSED_AFTER * 1000, room * ENTRIES_IN_A_RING);
  if (missed.length > 0) await doorbell.ring(missed);
  return missed.length;
}
