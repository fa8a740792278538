// The main thread's end of the store's thread. What is called in one turn of the event loop goes out as one message; answers
// come back in the order of the calls. When the thread dies, every call that waits or comes later fails: the mail that hangs on
// it is refused for now or tried again, and nothing is assumed about what was stored.

import { Worker } from 'node:worker_threads';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { DataFolderUnusable } from './data-folder.ts';
import type { DirectoryDatabase, DirectoryRows } from './directory-database.ts';
import type { Answers, Call } from './group-commit.ts';
import type { QueueDatabase } from './queue-database.ts';
import type { FromWorker, ToWorker } from './worker.ts';

type Databases = { queue: QueueDatabase; directory: DirectoryDatabase };
type Operations<File extends keyof Databases> = Databases[File]['durable'] & Databases[File]['passing'];
type Arguments<Operation> = Operation extends (...args: infer Args) => unknown ? Args : never;
type Result<Operation> = Operation extends (...args: never[]) => infer Value ? Value : never;

type Waiting = { resolve(value: unknown): void; reject(fault: Error): void };

export class StoreThread {
  /** Another process has changed the queue. */
  onQueueChange = (): void => {};
  /** Another process has changed the directory, which holds this now. */
  onDirectoryChange = (_rows: DirectoryRows): void => {};
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<DirectoryRows>();
  readonly #ended = Promise.withResolvers<void>();
  #calls: Call[] = [];
  #transfer: ArrayBuffer[] = [];
  /** In the order of the calls. */
  readonly #waiting: Waiting[] = [];
  /** Why nothing more can be called. */
  #fault: TemporaryFault | undefined;

  constructor(dir: string) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: dir });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (cause: Error) => {
      this.#ready.reject(new DataFolderUnusable(`cannot use the data folder ${dir}: ${cause.message}`, { cause }));
      this.#end(new TemporaryFault('the store has failed', { cause }));
    });
    this.#worker.on('exit', () => {
      const fault = new TemporaryFault('the store has ended');
      this.#ready.reject(fault);
      this.#end(fault);
      this.#ended.resolve();
    });
  }

  /** Resolves with what the directory holds when the databases are open. */
  ready(): Promise<DirectoryRows> {
    return this.#ready.promise;
  }

  /** Calls an operation of a database. What is in `transfer` moves to the thread, and is empty here afterwards. */
  call<File extends keyof Databases, Name extends keyof Operations<File> & string>(
    file: File,
    name: Name,
    args: Arguments<Operations<File>[Name]>,
    transfer?: ArrayBuffer,
  ): Promise<Result<Operations<File>[Name]>> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#calls.length === 0) setImmediate(() => this.#send());
    this.#calls.push([file, name, args]);
    if (transfer !== undefined) this.#transfer.push(transfer);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Waits for what was called, then ends the thread. */
  async close(): Promise<void> {
    if (this.#fault === undefined) {
      this.#fault = new TemporaryFault('the store is closed');
      this.#send();
      this.#worker.postMessage('close' satisfies ToWorker);
    }
    await this.#ended.promise;
  }

  #send(): void {
    if (this.#calls.length === 0) return;
    this.#worker.postMessage(this.#calls satisfies ToWorker, this.#transfer);
    this.#calls = [];
    this.#transfer = [];
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        return this.#ready.resolve(message.rows);
      case 'answers':
        return this.#settle(message.answers);
      case 'queueChanged':
        return this.onQueueChange();
      case 'directoryChanged':
        return this.onDirectoryChange(message.rows);
    }
  }

  #settle({ values, faults }: Answers): void {
    for (const [position, { resolve, reject }] of this.#waiting.splice(0, values.length).entries()) {
      const cause = faults?.get(position);
      if (cause === undefined) resolve(values[position]);
      else reject(new TemporaryFault(`the store cannot do this now: ${cause.message}`, { cause }));
    }
  }

  #end(fault: TemporaryFault): void {
    this.#fault ??= fault;
    for (const { reject } of this.#waiting.splice(0)) reject(fault);
  }
}
