// Runs what many callers ask for in one go: one transaction per database, one commit, one fsync for all who wait.
// A durable operation that fails is undone alone. When a commit fails, so does everything that ran inside its transaction.
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
  readonly #statements: Readonly<Record<'begin' | 'commit' | 'save' | 'release' | 'undo', StatementSync>>;
  /** What ended the transaction before its commit. */
  #fault: Error | undefined;

  constructor(file: StoreFile) {
    this.#file = file;
    const { database } = file;
    this.#statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      save: database.prepare('SAVEPOINT operation'),
      release: database.prepare('RELEASE operation'),
      undo: database.prepare('ROLLBACK TO operation'),
    };
  }

  run(name: string, args: readonly unknown[]): unknown {
    if (this.#fault !== undefined) throw this.#fault;
    const { passing, durable } = this.#file;
    const operation = passing[name] ?? durable[name];
    if (operation === undefined) throw new Error(`the store has no operation ${name}`);
    const call = () => (operation as (...args: readonly unknown[]) => unknown)(...args);
    return name in durable ? this.#inSavepoint(call) : call();
  }

  /** Commits, if there is something to commit. Returns what went wrong. */
  finish(): Error | undefined {
    const { database } = this.#file;
    try {
      if (this.#fault === undefined && database.isTransaction) this.#statements.commit.run();
      return this.#fault;
    } catch (error) {
      return error as Error;
    } finally {
      this.#fault = undefined;
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  #inSavepoint(call: () => unknown): unknown {
    const { database } = this.#file;
    const { begin, save, release, undo } = this.#statements;
    try {
      if (!database.isTransaction) begin.run();
      save.run();
    } catch (error) {
      this.#fault = error as Error;
      throw error;
    }
    try {
      const value = call();
      release.run();
      return value;
    } catch (error) {
      try {
        undo.run();
        release.run();
      } catch {
        // After a full disk or an I/O error SQLite has rolled everything back by itself.
        this.#fault = error as Error;
      }
      throw error;
    }
  }
}
