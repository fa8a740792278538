// The delivery loop of one process: claims what is due, has it tried, and tells the queue what became of it.
//
// It is woken by the bell, by a timer for the next due entry, and by each delivery that ends. One claim is under way at
// a time and asks for all free places at once, so under load claims come in batches and settlements gather in the store.
// It loses nothing: what it cannot settle stays leased, comes back when the lease ends, and may then be delivered twice.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Settings } from '#shared/config/settings.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { deliverEntry, type DeliverySettings } from './delivery.ts';
import { holdOffsFor } from './hold-off.ts';

/** Milliseconds. A message of the largest size passes a slow line in it. */
const ATTEMPT_LIMIT = 15 * 60 * 1000;
/** Longer than the longest attempt and the settling after it. */
const LEASE = ATTEMPT_LIMIT + 5 * 60 * 1000;
/** Milliseconds until a store that did not answer is asked again. */
const STORE_PAUSE = 1000;
/** The queue is looked at at least this often, for leases that ended: Postfix's queue_run_delay. */
const QUEUE_RUN_DELAY = 300 * 1000;

export type DeliverSettings = DeliverySettings & Pick<Settings, 'default_destination_concurrency_limit'>;

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
  const holdOffs = holdOffsFor(context.transports, settings.minimal_backoff_time);
  const delivery = { ...context, holdOffs, limit: ATTEMPT_LIMIT };
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
    const work = deliver(entry, owner).finally(() => {
      underWay.delete(work);
      lookAgain();
    });
    underWay.add(work);
  }

  async function deliver(entry: Entry, owner: string): Promise<void> {
    const told = await deliverEntry(entry, owner, delivery);
    if (told?.kind === 'keep' && told.state === 'queued') wakeAt(told.due);
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
