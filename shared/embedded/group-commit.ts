// Runs what many callers ask for in one go: one transaction per database, one commit, one fsync for all who wait.
// An operation that fails is undone alone: the transaction is rolled back, and what was done in it before is done again. That is
// rare, and a savepoint around each operation is not cheap. When a commit fails, so does everything that ran inside its transaction.
// What needs no commit (a read, a lease) costs none.

import type { DatabaseSync, StatementSync } from 'node:sqlite';

type Operations = Readonly<Record<string, (...args: never[]) => unknown>>;

export type StoreFile = {
  readonly database: DatabaseSync;
  /** Operations that are durable when the answer is sent. */
  readonly durable: Operations;
  readonly passing: Operations;
};

export type Call = readonly [file: string, operation: string, args: readonly unknown[]];

/** `faults`: the calls that failed, by position; left out where none has. */
export type Answers = { readonly values: unknown[]; readonly faults?: Map<number, Error> };

export class GroupCommit {
  readonly #files: ReadonlyMap<string, Transaction>;

  constructor(files: Readonly<Record<string, StoreFile>>) {
    this.#files = new Map(Object.entries(files).map(([name, file]) => [name, new Transaction(file)]));
  }

  run(calls: readonly Call[]): Answers {
    const faults = new Map<number, Error>();
    const values = calls.map(([name, operation, args], position) => {
      try {
        return this.#file(name).run(operation, args);
      } catch (error) {
        faults.set(position, error as Error);
        return undefined;
      }
    });
    for (const [name, file] of this.#files) {
      const fault = file.finish();
      if (fault === undefined) continue;
      for (const [position, [of]] of calls.entries()) if (of === name) faults.set(position, fault);
    }
    return faults.size === 0 ? { values } : { values, faults };
  }

  #file(name: string): Transaction {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`the store has no database ${name}`);
    return file;
  }
}

class Transaction {
  readonly #file: StoreFile;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  /** What has been done since it began, in order. */
  #done: (() => unknown)[] = [];
  /** What ended the transaction before its commit. */
  #fault: Error | undefined;

  constructor(file: StoreFile) {
    this.#file = file;
    this.#begin = file.database.prepare('BEGIN IMMEDIATE');
    this.#commit = file.database.prepare('COMMIT');
  }

  run(name: string, args: readonly unknown[]): unknown {
    if (this.#fault !== undefined) throw this.#fault;
    const { database, passing, durable } = this.#file;
    const operation = passing[name] ?? durable[name];
    if (operation === undefined) throw new Error(`the store has no operation ${name}`);
    const call = () => (operation as (...args: readonly unknown[]) => unknown)(...args);
    if (!database.isTransaction) {
      if (name in passing) return call();
      this.#orEnd(() => this.#begin.run());
    }
    try {
      const value = call();
      this.#done.push(call);
      return value;
    } catch (error) {
      this.#orEnd(() => this.#doAgain());
      throw error;
    }
  }

  /** Commits, if there is something to commit. Returns what went wrong. */
  finish(): Error | undefined {
    const { database } = this.#file;
    try {
      if (this.#fault === undefined && database.isTransaction) this.#commit.run();
      return this.#fault;
    } catch (error) {
      return error as Error;
    } finally {
      this.#fault = undefined;
      this.#done = [];
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  /** A new transaction with what was done in the old one, which SQLite may have rolled back by itself (a full disk, an I/O error). */
  #doAgain(): void {
    const { database } = this.#file;
    if (database.isTransaction) database.exec('ROLLBACK');
    if (this.#done.length > 0) this.#begin.run();
    for (const call of this.#done) call();
  }

  /** What fails here fails everything in the transaction. */
  #orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fault = error as Error;
      throw error;
    }
  }
}
