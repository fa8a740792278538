// The queue on AWS: one DynamoDB item an entry, changed one by one under conditions, and a doorbell that is rung when a change is
// durable. A plain message costs five write units: two to enqueue, one to claim, two when it is done (an item and its place in
// the index; a claim changes no key).
//
// Nothing is done in one transaction, so a crash leaves halves, each on the safe side: a message of which some entries are
// stored, a lease of nobody that ends by itself, a body without an entry for the sweep. A ring or a body's removal that fails
// is logged and fails nothing, since functions/qmgr makes up for it.

import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Doorbell } from '#shared/ports/doorbell.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import type { Log } from '#shared/ports/log.ts';
import type { ClaimRequest, Queue, QueueSummary, Settlement } from '#shared/ports/queue.ts';
import type { StoredBodies } from '#shared/ports/spool.ts';
import { concurrently } from './concurrently.ts';
import { dueAndFree } from './due-index.ts';
import { all, any, attributes, type Clause, clause } from './expression.ts';
import * as conditions from './queue-conditions.ts';
import { keyOf, type QueueItem, toEntry, toItem } from './queue-items.ts';
import { type Item, Table } from './table.ts';

/** Calls under way at once for one request. */
const CALLS = 10;

export class DynamoQueue implements Queue {
  readonly #table: Table;
  readonly #doorbell: Pick<Doorbell, 'ring'>;
  readonly #bodies: Pick<StoredBodies, 'remove'>;
  readonly #log: Log | undefined;

  constructor(options: {
    readonly client: DynamoDBClient;
    readonly table: string;
    readonly doorbell: Pick<Doorbell, 'ring'>;
    readonly bodies: Pick<StoredBodies, 'remove'>;
    readonly log?: Log;
  }) {
    this.#table = new Table(options.client, options.table);
    this.#doorbell = options.doorbell;
    this.#bodies = options.bodies;
    this.#log = options.log;
  }

  async enqueue(entries: readonly Entry[]): Promise<void> {
    const put = randomUUID();
    const items = entries.map((entry) => toItem(entry, entries.length, put));
    try {
      await concurrently(items, CALLS, (item) => this.#putNew(item, put));
    } catch (fault) {
      await this.#takeBack(entries, put);
      throw fault;
    }
    await this.#ring(entries.filter(({ state }) => state === 'queued').map(({ id }) => id));
  }

  async claim({ owner, now, lease, limit, ids }: ClaimRequest): Promise<Entry[]> {
    const claimed: Entry[] = [];
    const until = now + lease;
    const change = conditions.lease(owner, until);
    const condition = any(conditions.isDueAndFree(now), conditions.isLeased(owner, until));
    const pages = ids === undefined ? dueAndFree(this.#table, now) : [[...new Set(ids)].map(keyOf)];
    try {
      for await (const keys of pages) {
        while (keys.length > 0 && claimed.length < limit) {
          await concurrently(keys.splice(0, limit - claimed.length), CALLS, async (key) => {
            const item = await this.#table.update(key, change, condition);
            if (item !== undefined) claimed.push(toEntry(item));
          });
        }
        if (claimed.length >= limit) break;
      }
    } catch (err) {
      // What is leased already is not lost for it.
      if (claimed.length === 0) throw err;
      this.#log?.warn({ event: 'queue', err }, 'not every entry can be claimed now');
    }
    return claimed.toSorted((a, b) => a.due - b.due);
  }

  async settle(id: string, owner: string, settlement: Settlement): Promise<boolean> {
    const isOurs = conditions.isOwnedBy(owner);
    if (settlement.kind === 'done') {
      const item = await this.#table.remove(keyOf(id), isOurs);
      if (item !== undefined) await this.#removeBodies([item]);
      return item !== undefined;
    }
    const { state } = settlement;
    const keep = async (as: Entry['state'] | undefined, ...further: Clause[]): Promise<boolean> => {
      const change = conditions.keep(id, as, settlement);
      return (await this.#table.update(keyOf(id), change, all(isOurs, ...further))) !== undefined;
    };
    if (state !== 'queued') return keep(state);
    if (await keep(state, conditions.isNotHeld)) return true;
    // Not ours any more, or held meanwhile; and whoever held it may release it between these two.
    return (await keep(undefined, conditions.isHeld)) || (await keep(state, conditions.isNotHeld));
  }

  async due(now: number, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for await (const keys of dueAndFree(this.#table, now)) {
      ids.push(...keys.map(({ id }) => id));
      if (ids.length >= limit) break;
    }
    return ids.slice(0, limit);
  }

  async list(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const item of this.#table.scan()) entries.push(toEntry(item));
    return entries.toSorted((a, b) => a.arrived - b.arrived || (a.id < b.id ? -1 : 1));
  }

  async find(id: string): Promise<Entry | undefined> {
    const item = await this.#table.get(keyOf(id));
    return item && toEntry(item);
  }

  async summary(): Promise<QueueSummary> {
    const counts = { queued: 0, hold: 0, failed: 0, corrupt: 0 };
    let oldest: number | undefined;
    for await (const item of this.#table.scan({ wanted: attributes('state', 'arrived'), mayBeStale: true })) {
      const { state, arrived } = item as Pick<QueueItem, 'state' | 'arrived'>;
      counts[state] += 1;
      if (state === 'queued') oldest = Math.min(arrived, oldest ?? arrived);
    }
    return { ...counts, oldest };
  }

  async unnamed(bodies: readonly string[]): Promise<string[]> {
    const isNamed = await concurrently(bodies, CALLS, (body) => this.#isNamed(body));
    return bodies.filter((_, index) => isNamed[index] === false);
  }

  async remove(ids: readonly string[]): Promise<string[]> {
    const removed: Item[] = [];
    try {
      await concurrently([...new Set(ids)], CALLS, async (id) => {
        const item = await this.#table.remove(keyOf(id));
        if (item !== undefined) removed.push(item);
      });
    } finally {
      await this.#removeBodies(removed);
    }
    const wereThere = new Set(removed.map(({ id }) => id));
    return ids.filter((id) => wereThere.has(id));
  }

  async flush(now: number, ids?: readonly string[]): Promise<string[]> {
    const wanted = ids ?? (await this.#idsOf(conditions.isQueuedOrFailed));
    const flushed = await this.#change(wanted, (id) => conditions.queue(id, now), conditions.isQueuedOrFailed);
    await this.#ring(flushed);
    return flushed;
  }

  hold(ids: readonly string[]): Promise<string[]> {
    return this.#change(ids, conditions.hold, conditions.isQueuedOrFailed);
  }

  async release(now: number, ids: readonly string[]): Promise<string[]> {
    const released = await this.#change(ids, (id) => conditions.queue(id, now), conditions.isHeld);
    await this.#ring(released);
    return released;
  }

  /** The SDK repeats a put whose answer was lost, and then finds what it has put itself. */
  async #putNew(item: Item, put: string): Promise<void> {
    if (await this.#table.put(item, conditions.isNew)) return;
    const { body, id } = item as QueueItem;
    const there = await this.#table.get({ body, id });
    if (there?.['put'] !== put) throw new PermanentFault(`the queue has ${id} already`);
  }

  /** Every entry that this call may have stored, those included of which no answer came. */
  async #takeBack(entries: readonly Entry[], put: string): Promise<void> {
    try {
      await concurrently(entries, CALLS, ({ id }) => this.#table.remove(keyOf(id), conditions.wasPutBy(put)));
    } catch (err) {
      const queueId = entries[0]?.body;
      this.#log?.warn({ event: 'queue', queueId, err }, 'entries of a message that was not accepted may be left');
    }
  }

  /** Which of them met the condition and are changed. */
  async #change(ids: readonly string[], change: (id: string) => Clause, condition: Clause): Promise<string[]> {
    const distinct = [...new Set(ids)];
    const items = await concurrently(distinct, CALLS, (id) => this.#table.update(keyOf(id), change(id), condition));
    return distinct.filter((_, index) => items[index] !== undefined);
  }

  async #idsOf(filter: Clause): Promise<string[]> {
    const ids: string[] = [];
    for await (const item of this.#table.scan({ wanted: attributes('id'), filter })) ids.push(String(item['id']));
    return ids;
  }

  /** Of entries that are gone: the bodies that no other entry names. Only a message of several entries must be asked for. */
  async #removeBodies(gone: readonly Item[]): Promise<void> {
    const items = gone as readonly QueueItem[];
    try {
      const alone = items.filter(({ parts }) => parts === undefined).map(({ body }) => body);
      const shared = new Set(items.filter(({ parts }) => parts !== undefined).map(({ body }) => body));
      const unnamed = [...alone, ...(await this.unnamed([...shared]))];
      if (unnamed.length > 0) await this.#bodies.remove(unnamed);
    } catch (err) {
      const bodies = items.map(({ body }) => body);
      this.#log?.warn({ event: 'queue', bodies, err }, 'bodies that no entry names are left to the sweep');
    }
  }

  async #isNamed(body: string): Promise<boolean> {
    for await (const _ of this.#table.query(clause`#body = ${body}`, { wanted: attributes('id'), pageSize: 1 }))
      return true;
    return false;
  }

  async #ring(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.#doorbell.ring(ids);
    } catch (err) {
      this.#log?.warn({ event: 'doorbell', queueIds: ids, err }, 'the doorbell cannot be rung now');
    }
  }
}
