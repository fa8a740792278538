// directory.db, as the store's thread sees it: two tables of records by login, read whole and changed one by one.

import { join } from 'node:path';
import { openDatabase } from './database.ts';
import type { StoreFile } from './group-commit.ts';

const DIRECTORY_STEPS = [
  `CREATE TABLE account (login TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE credential (login TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
];

export type DirectoryTable = 'account' | 'credential';

/** [login, record], by login. */
export type LoginRow = [login: string, record: string];

export type DirectoryRows = Record<DirectoryTable, LoginRow[]>;

export type DirectoryDatabase = ReturnType<typeof openDirectoryDatabase>;

export function openDirectoryDatabase(dir: string) {
  const database = openDatabase(join(dir, 'directory.db'), DIRECTORY_STEPS);
  const statements = (table: DirectoryTable) => ({
    all: database.prepare(`SELECT login, record FROM ${table} ORDER BY login`, { returnArrays: true }),
    put: database.prepare(`REPLACE INTO ${table} VALUES (?, ?)`),
    remove: database.prepare(`DELETE FROM ${table} WHERE login = ?`),
  });
  const tables = { account: statements('account'), credential: statements('credential') };

  return {
    database,
    durable: {
      put(table: DirectoryTable, login: string, record: string): void {
        tables[table].put.run(login, record);
      },
      remove: (table: DirectoryTable, login: string): boolean => tables[table].remove.run(login).changes > 0,
    },
    passing: {
      rows: (): DirectoryRows => ({
        account: tables.account.all.all() as unknown as LoginRow[],
        credential: tables.credential.all.all() as unknown as LoginRow[],
      }),
    },
  } satisfies StoreFile;
}
