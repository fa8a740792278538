// Opens one SQLite database for the store's thread: durable at each commit, shared with other processes, at the schema that
// this version of the relay knows. `user_version` counts the steps that a file has been through; a file from the future is
// refused. Every method of a DatabaseSync blocks its thread, so nothing on the main thread may call this.

import { DatabaseSync } from 'node:sqlite';

/** Milliseconds to wait for another process (relayctl) that is writing. */
const BUSY_TIMEOUT = 5000;

/** `steps`: SQL, in order, never changed once released; the schema of version n is what the first n steps make. */
export function openDatabase(path: string, steps: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
    migrate(database, path, steps);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Changes when another connection has committed. */
export function dataVersion(database: DatabaseSync): number {
  return pragma(database, 'data_version');
}

function migrate(database: DatabaseSync, path: string, steps: readonly string[]): void {
  if (pragma(database, 'user_version') === steps.length) return;
  database.exec('BEGIN IMMEDIATE');
  // Read again behind the lock: another process may have been at it.
  const version = pragma(database, 'user_version');
  if (version > steps.length) {
    throw new Error(
      `${path} was written by a newer relay (schema ${version}, this one knows ${steps.length}): use that version of the relay`,
    );
  }
  for (const step of steps.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${steps.length}; COMMIT`);
}

function pragma(database: DatabaseSync, name: 'user_version' | 'data_version'): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
