// queue.db, as the store's thread sees it: entries, and the bodies that are small enough to share their transaction.
//
// What changes in an entry has a column; the rest is one record. Leases are in memory (a temporary table): they end with the
// process that holds them, so a claim costs no commit, and a rolled-back transaction takes its leases back too.
// A small body lives in this file exactly as long as an entry names it. A large one is a file, and whoever asked for the
// change is told which bodies nothing names any more.

import { join } from 'node:path';
import type { EntryState } from '#shared/domain/queue/entry.ts';
import type { ClaimRequest, QueueSummary } from '#shared/ports/queue.ts';
import { openDatabase } from './database.ts';
import type { StoreFile } from './group-commit.ts';

const QUEUE_STEPS = [
  `CREATE TABLE entry (
     id TEXT PRIMARY KEY,
     body TEXT NOT NULL,
     arrived INTEGER NOT NULL,
     state TEXT NOT NULL,
     due INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     recipients TEXT NOT NULL, -- JSON
     record TEXT NOT NULL -- JSON: what never changes
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX entry_due ON entry (due) WHERE state = 'queued';
   -- A body has the id of its message's first entry. Only the further ones need an index.
   CREATE INDEX entry_further ON entry (body) WHERE body <> id;
   CREATE TABLE body (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;`,
];

const NO_ENTRIES = { queued: 0, hold: 0, failed: 0, corrupt: 0 };

/** A row of `entry`, in the order of its columns. */
export type EntryRow = [
  id: string,
  body: string,
  arrived: number,
  state: EntryState,
  due: number,
  attempts: number,
  recipients: string,
  record: string,
];

/** A settlement, its recipients as JSON; undefined: done. */
export type RowChange = { state: EntryState; due: number; attempts: number; recipients: string };

export type QueueDatabase = ReturnType<typeof openQueueDatabase>;

export function openQueueDatabase(dir: string) {
  const database = openDatabase(join(dir, 'queue.db'), QUEUE_STEPS);
  database.exec('CREATE TEMP TABLE lease (id TEXT PRIMARY KEY, owner TEXT, until INTEGER) STRICT, WITHOUT ROWID');
  const prepare = (sql: string) => database.prepare(sql);
  const prepareRows = (sql: string) => database.prepare(sql, { returnArrays: true });

  // Ids are new: that one is known shows in the insertion, and is not asked before.
  const insertEntry = prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING');
  const insertBody = prepare('INSERT INTO body VALUES (?, ?)');
  const selectBody = prepare('SELECT bytes FROM body WHERE id = ?');
  const hasEntry = prepare('SELECT 1 FROM entry WHERE id = ?');
  const selectEntry = prepareRows('SELECT * FROM entry WHERE id = ?');
  const selectEntries = prepareRows('SELECT * FROM entry ORDER BY arrived, id');
  const countStates = prepare('SELECT state, count(*) AS count FROM entry GROUP BY state');
  const oldestQueued = prepare(`SELECT min(arrived) AS arrived FROM entry WHERE state = 'queued'`);
  const selectDue = prepareRows(
    `SELECT * FROM entry WHERE state = 'queued' AND due <= ?1
       AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.id = entry.id AND until > ?1) ORDER BY due LIMIT ?2`,
  );
  const selectOneDue = prepareRows(
    `SELECT * FROM entry WHERE id = ?2 AND state = 'queued' AND due <= ?1
       AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.id = entry.id AND until > ?1)`,
  );
  const firstUnleased = prepare(
    `SELECT due FROM entry WHERE state = 'queued'
       AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.id = entry.id) ORDER BY due LIMIT 1`,
  );
  const firstLeased = prepare(
    `SELECT max(due, until) AS due FROM lease JOIN entry USING (id) WHERE state = 'queued' ORDER BY 1 LIMIT 1`,
  );
  const lease = prepare('REPLACE INTO lease VALUES (?, ?, ?)');
  const endLease = prepare('DELETE FROM lease WHERE id = ? AND owner = ?');
  const dropLease = prepare('DELETE FROM lease WHERE id = ?');
  // An entry that was held while it was being delivered stays on hold.
  const changeEntry = prepare(
    `UPDATE entry SET state = iif(state = 'hold' AND ?2 = 'queued', 'hold', ?2), due = ?3, attempts = ?4, recipients = ?5
       WHERE id = ?1`,
  );
  const deleteEntry = prepare('DELETE FROM entry WHERE id = ? RETURNING body');
  const isNamed = prepare(
    `SELECT 1 FROM entry WHERE id = ?1 AND body = ?1 UNION ALL SELECT 1 FROM entry WHERE body = ?1 AND body <> id LIMIT 1`,
  );
  const deleteBody = prepare('DELETE FROM body WHERE id = ?');
  const flushAll = prepare(
    `UPDATE entry SET state = 'queued', due = ? WHERE state IN ('queued', 'failed') RETURNING id`,
  );
  const flushOne = prepare(`UPDATE entry SET state = 'queued', due = ? WHERE state IN ('queued', 'failed') AND id = ?`);
  const holdOne = prepare(`UPDATE entry SET state = 'hold' WHERE state IN ('queued', 'failed') AND id = ?`);
  const releaseOne = prepare(`UPDATE entry SET state = 'queued', due = ? WHERE state = 'hold' AND id = ?`);

  function dueRows(now: number, limit: number, ids?: readonly string[]): EntryRow[] {
    if (ids === undefined) return selectDue.all(now, limit) as unknown as EntryRow[];
    const rows = [...new Set(ids)].flatMap((id) => selectOneDue.all(now, id) as unknown as EntryRow[]);
    return rows.toSorted((a, b) => a[4] - b[4]).slice(0, limit);
  }

  /** Bodies that may have lost their last entry. Returns those that have and do not lie here: files, if anything. */
  function forgetBodies(bodies: readonly string[]): string[] {
    const unnamed = [...new Set(bodies)].filter((body) => isNamed.get(body) === undefined);
    return unnamed.filter((body) => deleteBody.run(body).changes === 0);
  }

  return {
    database,
    durable: {
      /** The id that the queue has already, if any: nothing is stored then. */
      enqueue(entries: readonly EntryRow[], body?: { id: string; bytes: Uint8Array }): string | undefined {
        const [first, ...further] = entries;
        const known = further.find(([id]) => hasEntry.get(id) !== undefined);
        if (known !== undefined) return known[0];
        if (first !== undefined && insertEntry.run(...first).changes === 0) return first[0];
        for (const entry of further) insertEntry.run(...entry);
        if (body !== undefined) insertBody.run(body.id, body.bytes);
        return undefined;
      },
      settle(id: string, owner: string, change?: RowChange): { isOurs: boolean; files: string[] } {
        if (endLease.run(id, owner).changes === 0) return { isOurs: false, files: [] };
        if (change === undefined) {
          const entry = deleteEntry.get(id);
          return {
            isOurs: entry !== undefined,
            files: entry === undefined ? [] : forgetBodies([String(entry['body'])]),
          };
        }
        const { state, due, attempts, recipients } = change;
        return { isOurs: changeEntry.run(id, state, due, attempts, recipients).changes > 0, files: [] };
      },
      remove(ids: readonly string[]): { removed: string[]; files: string[] } {
        const bodies: string[] = [];
        const removed = ids.filter((id) => {
          const entry = deleteEntry.get(id);
          if (entry === undefined) return false;
          dropLease.run(id);
          bodies.push(String(entry['body']));
          return true;
        });
        return { removed, files: forgetBodies(bodies) };
      },
      flush(now: number, ids?: readonly string[]): string[] {
        if (ids === undefined) return flushAll.all(now).map(({ id }) => String(id));
        return ids.filter((id) => flushOne.run(now, id).changes > 0);
      },
      hold: (ids: readonly string[]): string[] => ids.filter((id) => holdOne.run(id).changes > 0),
      release: (now: number, ids: readonly string[]): string[] =>
        ids.filter((id) => releaseOne.run(now, id).changes > 0),
    },
    passing: {
      claim({ owner, now, lease: length, limit, ids }: ClaimRequest): EntryRow[] {
        const rows = dueRows(now, limit, ids);
        for (const [id] of rows) lease.run(id, owner, now + length);
        return rows;
      },
      due: (now: number, limit: number): string[] => dueRows(now, limit).map(([id]) => id),
      nextDue(): number | undefined {
        const dues = [firstUnleased.get(), firstLeased.get()].flatMap((row) =>
          row === undefined ? [] : Number(row['due']),
        );
        return dues.length === 0 ? undefined : Math.min(...dues);
      },
      summary(): QueueSummary {
        const rows = countStates.all().map((row) => [row['state'], row['count']]);
        const oldest = oldestQueued.get()?.['arrived'] as number | null;
        return { ...NO_ENTRIES, ...(Object.fromEntries(rows) as Partial<QueueSummary>), oldest: oldest ?? undefined };
      },
      list: (): EntryRow[] => selectEntries.all() as unknown as EntryRow[],
      find: (id: string): EntryRow | undefined => selectEntry.get(id) as unknown as EntryRow | undefined,
      body(id: string): Uint8Array | undefined {
        return selectBody.get(id)?.['bytes'] as Uint8Array | undefined;
      },
      /** Which of these bodies no entry names. */
      unnamed: (bodies: readonly string[]): string[] => bodies.filter((body) => isNamed.get(body) === undefined),
    },
  } satisfies StoreFile;
}
