// The queue manager's use case: once a minute it rings for what was missed, counts the queue and asks for the sending quota, and
// once an hour it sweeps the spool. The parts do not depend on each other: one that fails is logged, the others go on, and the run
// fails at the end. Everything may be repeated, also by two runs at once.

import type { Doorbell } from '#shared/ports/doorbell.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { SendingQuota } from '#shared/ports/quota.ts';
import type { StoredBodies } from '#shared/ports/spool.ts';
import { ringForMissed } from './ring.ts';
import { sweep } from './sweep.ts';

export type QmgrContext = {
  readonly queue: Pick<Queue, 'due' | 'summary' | 'unnamed'>;
  readonly doorbell: Doorbell;
  readonly bodies: StoredBodies;
  /** Left out where nothing limits what is sent. */
  readonly quota?: SendingQuota;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
};

/** Milliseconds before the deadline at which a sweep ends, so that what was counted can be told. */
const TO_TELL = 10 * 1000;

/**
 * `scheduled`: the minute that the run is for. `deadline`: when this process may be ended, ms since the epoch. Rejects with an
 * AggregateError when a part has failed, after all have run.
 */
export type Qmgr = (scheduled: Date, deadline: number) => Promise<void>;

export function createQmgr({ queue, doorbell, bodies, quota, now, log }: QmgrContext): Qmgr {
  /** Tells what it counted also when the bell could not be rung: that is when it is wanted most. */
  async function count(ringing: Promise<number>): Promise<void> {
    const { queued, hold, failed, corrupt, oldest } = await queue.summary();
    const age = oldest === undefined ? 0 : Math.max(now() - oldest, 0) / 1000;
    const rung = await ringing.catch(() => 0);
    log.info({ event: 'queueRun', queued, held: hold, failed, corrupt, oldest: age, rung }, 'the queue');
  }

  async function askForQuota(): Promise<void> {
    if (quota === undefined) return;
    const { max24Hours, sent24Hours, maxRate, sendingEnabled } = await quota.current();
    const used = max24Hours > 0 ? (100 * sent24Hours) / max24Hours : 100;
    log.info({ event: 'quota', used, sent24Hours, maxRate, sendingEnabled }, 'the sending quota of 24 hours');
    if (!sendingEnabled) log.error({ event: 'sendingDisabled' }, 'the delivery service lets this account send nothing');
  }

  async function sweepHourly(scheduled: Date, deadline: number): Promise<void> {
    if (scheduled.getUTCMinutes() === 0) await sweep({ queue, bodies, now, log }, deadline - TO_TELL);
  }

  return async (scheduled, deadline) => {
    const ring = ringForMissed({ queue, doorbell }, now());
    const parts = Object.entries({
      ring,
      count: count(ring),
      quota: askForQuota(),
      sweep: sweepHourly(scheduled, deadline),
    });
    const troubles: unknown[] = [];
    await Promise.all(
      parts.map(([part, run]) =>
        run.catch((err: unknown) => {
          log.error({ event: 'qmgr', part, err }, 'a part of the queue run failed');
          troubles.push(err);
        }),
      ),
    );
    if (troubles.length > 0) throw new AggregateError(troubles, 'a part of the queue run failed');
  };
}
