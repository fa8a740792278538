// The delivery loop of one process: claims what is due, has it tried, and tells the queue what became of it.
//
// It is woken by the bell, by a timer for the next due entry, and by each delivery that ends. One claim is under way at
// a time and asks for all free places at once, so under load claims come in batches and settlements gather in the store.
// It loses nothing: what it cannot settle stays leased, comes back when the lease ends, and may then be delivered twice.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '#shared/config/settings.ts';
import { afterAttempt } from '#shared/domain/delivery/after-attempt.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { RetrySettings } from '#shared/domain/queue/retry.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Queue, Settlement } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { attempt, ATTEMPT_LIMIT, type AttemptSettings } from './attempt.ts';
import { HoldOff } from './hold-off.ts';

/** Milliseconds: longer than the longest attempt and the settling after it. */
const LEASE = ATTEMPT_LIMIT + 5 * 60 * 1000;
const SETTLE_TRIES = 3;
/** Milliseconds between tries of a store that does not answer. */
const STORE_PAUSE = 1000;
const LONGEST_HOLD_OFF = 60 * 1000;
/** The queue is looked at at least this often, for leases that ended: Postfix's queue_run_delay. */
const QUEUE_RUN_DELAY = 300 * 1000;

export type DeliverSettings = RetrySettings & AttemptSettings & Pick<Settings, 'default_destination_concurrency_limit'>;

export type DeliverContext = {
  readonly queue: Pick<Queue, 'claim' | 'settle'>;
  readonly bell: Bell;
  readonly spool: Spool;
  /** Those that a route may name, by name. */
  readonly transports: Readonly<Record<string, Transport>>;
  readonly settings: DeliverSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
};

export type Deliver = {
  start(): void;
  /** Claims nothing more, waits up to `timeout` ms for what is under way, and closes the transports. */
  stop(timeout: number): Promise<void>;
};

export function createDeliver(context: DeliverContext): Deliver {
  const { queue, bell, settings, now, log } = context;
  const longest = Math.min(LONGEST_HOLD_OFF, settings.minimal_backoff_time);
  const holdOffs = new Map(Object.keys(context.transports).map((name) => [name, new HoldOff(longest)]));
  const underWay = new Set<Promise<void>>();
  /** Something may be due that is not claimed. */
  let mayBeDue = false;
  let isClaiming = false;
  let claiming = Promise.resolve();
  let isStopping = false;
  let alarm: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  let silence = (): void => {};

  function wake(): void {
    mayBeDue = true;
    lookAgain();
  }

  function wakeAt(at: number): void {
    if (isStopping || (alarm !== undefined && alarm.at <= at)) return;
    clearTimeout(alarm?.timer);
    const ring = (): void => {
      alarm = undefined;
      wake();
    };
    alarm = { at, timer: setTimeout(ring, Math.max(at - now(), 0)) };
  }

  function lookAgain(): void {
    if (!isClaiming) claiming = claimDue();
  }

  async function claimDue(): Promise<void> {
    isClaiming = true;
    try {
      while (mayBeDue) {
        if (isStopping) return;
        const heldUntil = Math.min(...[...holdOffs.values()].map((holdOff) => holdOff.until));
        if (heldUntil > now()) {
          wakeAt(heldUntil);
          return;
        }
        const room = places() - underWay.size;
        // The end of a delivery looks again.
        if (room <= 0) return;
        mayBeDue = false;
        const owner = randomUUID();
        const entries = await queue.claim({ owner, now: now(), lease: LEASE, limit: room });
        for (const entry of entries) begin(entry, owner);
        if (entries.length === room) mayBeDue = true;
        else wakeAt(Math.min((await bell.nextDue()) ?? Infinity, now() + QUEUE_RUN_DELAY));
      }
    } catch (err) {
      log.error({ event: 'queue', err }, 'the queue cannot be claimed from now');
      wakeAt(now() + STORE_PAUSE);
    } finally {
      isClaiming = false;
    }
  }

  /** A transport that was in trouble proves itself with one delivery. */
  function places(): number {
    const isAnySound = [...holdOffs.values()].some((holdOff) => !holdOff.inTrouble);
    return isAnySound ? settings.default_destination_concurrency_limit : 1;
  }

  function begin(entry: Entry, owner: string): void {
    const delivery = deliverEntry(entry, owner).finally(() => {
      underWay.delete(delivery);
      lookAgain();
    });
    underWay.add(delivery);
  }

  async function deliverEntry(entry: Entry, owner: string): Promise<void> {
    const result = await attempt(entry, { ...context, onOutcomes });
    if (result.kind === 'no body') {
      log.error(
        { event: 'corrupt', queueId: entry.id, body: entry.body },
        'the body is missing: the entry is kept as corrupt',
      );
      await settle(entry, owner, keep({ ...entry, state: 'corrupt' }));
      return;
    }
    const after = afterAttempt(entry, result.outcomes, now(), settings);
    await settle(entry, owner, after === undefined ? { kind: 'done' } : keep(after));
  }

  function onOutcomes(transport: string, outcomes: readonly Outcome[]): void {
    const isTrouble = outcomes.some((outcome) => outcome.kind === 'deferred' && outcome.scope === 'transport');
    if (isTrouble) holdOffs.get(transport)?.trouble(now());
    else holdOffs.get(transport)?.success();
  }

  async function settle(entry: Entry, owner: string, settlement: Settlement): Promise<void> {
    for (let tries = 1; tries <= SETTLE_TRIES; tries += 1) {
      try {
        const isOurs = await queue.settle(entry.id, owner, settlement);
        if (!isOurs)
          log.warn({ event: 'queue', queueId: entry.id }, 'the lease was lost or the entry removed meanwhile');
        else if (settlement.kind === 'keep' && settlement.state === 'queued') wakeAt(settlement.due);
        return;
      } catch (err) {
        log.error(
          { event: 'queue', queueId: entry.id, settlement: settlement.kind, err },
          'the queue cannot be told now',
        );
        if (tries < SETTLE_TRIES) await pause(STORE_PAUSE);
      }
    }
  }

  async function drained(): Promise<void> {
    await claiming;
    while (underWay.size > 0) await Promise.all(underWay);
  }

  return {
    start() {
      silence = bell.onBell(wake);
      wake();
    },
    async stop(timeout) {
      isStopping = true;
      silence();
      clearTimeout(alarm?.timer);
      const tooLong = new AbortController();
      await Promise.race([drained(), pause(timeout, undefined, { signal: tooLong.signal }).catch(() => {})]);
      tooLong.abort();
      if (underWay.size > 0)
        log.warn({ event: 'stop', underWay: underWay.size }, 'deliveries under way are left to their leases');
      await Promise.all(Object.values(context.transports).map((transport) => transport.close()));
    },
  };
}

function keep({ state, recipients, attempts, due }: Entry): Settlement {
  return { kind: 'keep', state, recipients, attempts, due };
}
