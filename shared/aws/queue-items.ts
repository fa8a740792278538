// A queue entry as an item of the queue's table, and back. What changes has an attribute of its own; the rest is one record,
// whose version is checked. A plain message's item stays below 1 KB, which is one write unit.
//
// Beside the entry: `shard`, which puts a queued entry into the index of what is due; `owner` and `leasedUntil` while it is
// leased; `parts`, how many entries its message has, if more than one; `put`, which call stored it.

import { crc32 } from 'node:zlib';
import { QUEUE_TABLE } from '#shared/config/records.ts';
import { bodyOf, type Entry, type EntryState } from '#shared/domain/queue/entry.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import { parseRecord } from '#shared/ports/record.ts';
import type { Item } from './table.ts';

const VERSION = 1;

/** The part of an entry that never changes. */
type EntryRecord = Pick<Entry, 'version' | 'size' | 'sender' | 'bodyType' | 'dsn' | 'client'>;

export type QueueKey = Record<typeof QUEUE_TABLE.partitionKey | typeof QUEUE_TABLE.sortKey, string>;

/** Only queued entries have it. */
type Indexed = Partial<Record<typeof QUEUE_TABLE.dueIndex.partitionKey, string>> &
  Record<typeof QUEUE_TABLE.dueIndex.sortKey, number>;

export type QueueItem = QueueKey &
  Indexed & {
    readonly arrived: number;
    readonly state: EntryState;
    readonly attempts: number;
    /** JSON. */
    readonly recipients: string;
    /** JSON. */
    readonly record: string;
    readonly put: string;
    readonly parts?: number;
    readonly owner?: string;
    /** Milliseconds since the epoch. */
    readonly leasedUntil?: number;
  };

/** An id names its item. */
export function keyOf(id: string): QueueKey {
  return { body: bodyOf(id), id };
}

export function shardOf(id: string): string {
  return String(crc32(id) % QUEUE_TABLE.shards);
}

/** `parts`: how many entries the message has. `put`: names the call that stores it. */
export function toItem(entry: Entry, parts: number, put: string): Item {
  const { version, id, body, size, sender, recipients, bodyType, dsn, client, arrived, state, due, attempts } = entry;
  const key = keyOf(id);
  if (key.body !== body) throw new PermanentFault(`the id ${id} is not of an entry of the message ${body}`);
  const record: EntryRecord = { version, size, sender, bodyType, client, ...(dsn !== undefined && { dsn }) };
  return {
    ...key,
    arrived,
    state,
    due,
    attempts,
    recipients: JSON.stringify(recipients),
    record: JSON.stringify(record),
    put,
    ...(parts > 1 && { parts }),
    ...(state === 'queued' && { shard: shardOf(id) }),
  } satisfies QueueItem;
}

export function toEntry(item: Item): Entry {
  const { id, body, record, recipients, arrived, state, due, attempts } = item as QueueItem;
  const fixed = parseRecord(record, VERSION, `queue entry ${id}`) as EntryRecord;
  return {
    ...fixed,
    id,
    body,
    recipients: JSON.parse(recipients) as Entry['recipients'],
    arrived,
    state,
    due,
    attempts,
  };
}
