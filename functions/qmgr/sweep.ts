// Removes the bodies that a crash has left without an entry. Only those older than a day are looked at, so a message that is on
// its way in is never touched; and only those that no entry names, whatever the entry's state.

import type { Log } from '#shared/ports/log.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { StoredBodies } from '#shared/ports/spool.ts';

/** Milliseconds. */
const SAFE_AGE = 24 * 60 * 60 * 1000;
const BATCH = 100;

export type SweepContext = {
  readonly queue: Pick<Queue, 'unnamed'>;
  readonly bodies: StoredBodies;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
};

/** Ends when everything is looked at, or at `deadline`; what is left then, the next sweep finds. */
export async function sweep({ queue, bodies, now, log }: SweepContext, deadline: number): Promise<void> {
  const removeUnnamed = async (batch: readonly string[]): Promise<void> => {
    const orphans = await queue.unnamed(batch);
    if (orphans.length === 0) return;
    await bodies.remove(orphans);
    for (const body of orphans) log.warn({ event: 'sweep', body }, 'a body that no entry names was removed');
  };

  let batch: string[] = [];
  for await (const body of bodies.before(now() - SAFE_AGE)) {
    batch.push(body);
    if (batch.length < BATCH) continue;
    await removeUnnamed(batch);
    batch = [];
    if (now() >= deadline) break;
  }
  if (batch.length > 0) await removeUnnamed(batch);
}
