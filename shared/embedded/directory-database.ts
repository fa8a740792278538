// directory.db, as the store's thread sees it: two tables of records by login, read whole and changed one by one, and what is
// read when it is asked for: the last use of each password, and failed logins (login-failure-tables.ts).

import { join } from 'node:path';
import type { PasswordUse } from '#shared/ports/last-use.ts';
import { openDatabase } from './database.ts';
import type { StoreFile } from './group-commit.ts';
import { LOGIN_FAILURE_STEP, loginFailureTables } from './login-failure-tables.ts';

const DIRECTORY_STEPS = [
  `CREATE TABLE account (login TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE credential (login TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE last_use (
     login TEXT NOT NULL, password TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (login, password)
   ) STRICT, WITHOUT ROWID;`,
  LOGIN_FAILURE_STEP,
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
  const noteUse = database.prepare(
    `INSERT INTO last_use VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET address = excluded.address, at = excluded.at WHERE excluded.at > at`,
  );
  const usesOf = database.prepare(
    'SELECT login, password AS passwordName, address, at FROM last_use WHERE login = ? ORDER BY password',
  );
  const loginFailures = loginFailureTables(database);
  const tables = { account: statements('account'), credential: statements('credential') };

  return {
    database,
    durable: {
      ...loginFailures.durable,
      put(table: DirectoryTable, login: string, record: string): void {
        tables[table].put.run(login, record);
      },
      noteUse(login: string, password: string, address: string, at: number): void {
        noteUse.run(login, password, address, at);
      },
      remove: (table: DirectoryTable, login: string): boolean => tables[table].remove.run(login).changes > 0,
    },
    passing: {
      ...loginFailures.passing,
      usesOf: (login: string): PasswordUse[] => usesOf.all(login).map((row) => ({ ...row }) as PasswordUse),
      rows: (): DirectoryRows => ({
        account: tables.account.all.all() as unknown as LoginRow[],
        credential: tables.credential.all.all() as unknown as LoginRow[],
      }),
    },
  } satisfies StoreFile;
}
