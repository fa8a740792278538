// The queue of this machine: rows of queue.db. A bell in this process rings as soon as the change is durable; another process's
// is heard within a second. Leases belong to the process that claims, which is the relay that holds the folder, never a tool.
// Bodies in files go after the commit that takes their last entry: a crash between the two leaves an orphan for the next start to
// sweep, never an entry without a body.

import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import type { ClaimRequest, Queue, QueueSummary, Settlement } from '#shared/ports/queue.ts';
import type { EntryRow, RowChange } from './queue-database.ts';
import { parseRecord } from '#shared/ports/record.ts';
import type { EmbeddedSpool } from './spool.ts';
import type { StoreThread } from './store-thread.ts';

export class EmbeddedQueue implements Queue, Bell {
  readonly #thread: StoreThread;
  readonly #spool: EmbeddedSpool;
  readonly #listeners = new Set<() => void>();
  #isRinging = false;

  constructor(thread: StoreThread, spool: EmbeddedSpool) {
    this.#thread = thread;
    this.#spool = spool;
    thread.onQueueChange = () => this.#ring();
  }

  async enqueue(entries: readonly Entry[]): Promise<void> {
    const body = entries[0]?.body;
    if (body === undefined) return;
    const bytes = this.#spool.smallBody(body);
    const known = await (bytes === undefined
      ? this.#thread.call('queue', 'enqueue', [entries.map(toRow)])
      : this.#thread.call('queue', 'enqueue', [entries.map(toRow), { id: body, bytes }], bytes.buffer));
    if (known !== undefined) throw new PermanentFault(`the queue has ${known} already`);
    this.#spool.stored(body);
    if (entries.some(({ state }) => state === 'queued')) this.#ring();
  }

  async claim(request: ClaimRequest): Promise<Entry[]> {
    return (await this.#thread.call('queue', 'claim', [request])).map(toEntry);
  }

  async settle(id: string, owner: string, settlement: Settlement): Promise<boolean> {
    const { isOurs, files } = await this.#thread.call('queue', 'settle', [id, owner, toChange(settlement)]);
    await this.#spool.removeFiles(files);
    return isOurs;
  }

  due(now: number, limit: number): Promise<string[]> {
    return this.#thread.call('queue', 'due', [now, limit]);
  }

  nextDue(): Promise<number | undefined> {
    return this.#thread.call('queue', 'nextDue', []);
  }

  async list(): Promise<Entry[]> {
    return (await this.#thread.call('queue', 'list', [])).map(toEntry);
  }

  async find(id: string): Promise<Entry | undefined> {
    const row = await this.#thread.call('queue', 'find', [id]);
    return row && toEntry(row);
  }

  summary(): Promise<QueueSummary> {
    return this.#thread.call('queue', 'summary', []);
  }

  unnamed(bodies: readonly string[]): Promise<string[]> {
    return this.#thread.call('queue', 'unnamed', [bodies]);
  }

  async remove(ids: readonly string[]): Promise<string[]> {
    const { removed, files } = await this.#thread.call('queue', 'remove', [ids]);
    await this.#spool.removeFiles(files);
    return removed;
  }

  async flush(now: number, ids?: readonly string[]): Promise<string[]> {
    const flushed = await this.#thread.call('queue', 'flush', [now, ids]);
    this.#ring();
    return flushed;
  }

  hold(ids: readonly string[]): Promise<string[]> {
    return this.#thread.call('queue', 'hold', [ids]);
  }

  async release(now: number, ids: readonly string[]): Promise<string[]> {
    const released = await this.#thread.call('queue', 'release', [now, ids]);
    this.#ring();
    return released;
  }

  onBell(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Once for all that became durable together. */
  #ring(): void {
    if (this.#isRinging) return;
    this.#isRinging = true;
    setImmediate(() => {
      this.#isRinging = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** The part of an entry that never changes. */
type EntryRecord = Pick<Entry, 'version' | 'size' | 'sender' | 'bodyType' | 'dsn' | 'client'>;

function toRow(entry: Entry): EntryRow {
  const { version, id, body, size, sender, recipients, bodyType, dsn, client, arrived, state, due, attempts } = entry;
  const record: EntryRecord = { version, size, sender, bodyType, client, ...(dsn !== undefined && { dsn }) };
  return [id, body, arrived, state, due, attempts, JSON.stringify(recipients), JSON.stringify(record)];
}

function toEntry([id, body, arrived, state, due, attempts, recipients, record]: EntryRow): Entry {
  const fixed = parseRecord(record, 1, `queue entry ${id}`) as EntryRecord;
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

function toChange(settlement: Settlement): RowChange | undefined {
  if (settlement.kind === 'done') return undefined;
  const { state, due, attempts, recipients } = settlement;
  return { state, due, attempts, recipients: JSON.stringify(recipients) };
}
