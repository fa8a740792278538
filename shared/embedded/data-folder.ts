// The data folder of one relay: its layout, made and synced here, and the lock that keeps a second relay out.
//
//   DIR/queue.db  directory.db   SQLite, with their -wal and -shm files beside them
//   DIR/spool/X/ID               message bodies too large for queue.db, in 16 folders
//   DIR/lock.db                  never written to; the running relay holds it
//
// The lock is SQLite's own on a file of its own, so the kernel frees it with the process, however that ends.

import { mkdirSync, openSync, closeSync, fsyncSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PermanentFault } from '#shared/ports/faults.ts';

/** The folder cannot be used as it is; the message says why and what to do. */
export class DataFolderUnusable extends PermanentFault {
  override name = 'DataFolderUnusable';
}

/** Another relay runs on the folder. */
export class DataFolderLocked extends DataFolderUnusable {
  override name = 'DataFolderLocked';
}

export const SPOOL_FOLDERS = Array.from('0123456789abcdef');

/** Makes what is missing of the folder; when it returns, the names in it are durable. Only its owner may look inside. */
export function prepareDataFolder(dir: string): void {
  try {
    const created = mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const database of ['queue.db', 'directory.db']) createFile(join(dir, database));
    for (const folder of SPOOL_FOLDERS) mkdirSync(join(dir, 'spool', folder), { recursive: true, mode: 0o700 });
    syncFolder(join(dir, 'spool'));
    syncFolder(dir);
    syncParents(resolve(dir), resolve(created ?? dir));
  } catch (error) {
    throw new DataFolderUnusable(`cannot use ${dir} as the data folder: ${messageOf(error)}`, { cause: error });
  }
}

/** Takes the folder for this process; returns the function that gives it back, which may be called again. */
export function lockDataFolder(dir: string): () => void {
  const database = new DatabaseSync(join(dir, 'lock.db'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new DataFolderLocked(
      `another relay is running on the data folder ${dir}: stop it first, or give this one a folder of its own with --data`,
      { cause: error },
    );
  }
  return () => {
    if (database.isOpen) database.close();
  };
}

/** Private from the start. Never opens a file that is there: closing it again would drop the locks that SQLite holds on it. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Above `folder`, up to the one that holds `top`. One that may not be read cannot be synced. */
function syncParents(folder: string, top: string): void {
  const parent = dirname(folder);
  try {
    syncFolder(parent);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
  }
  if (folder !== top) syncParents(parent, top);
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
