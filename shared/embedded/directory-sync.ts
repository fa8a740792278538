// Makes the names in a directory durable: fsync(2) of a file does not. Callers that wait at the same time share one call.

import { open } from 'node:fs/promises';

export class DirectorySync {
  readonly #path: string;
  /** The last call, under way or done. */
  #last: Promise<void> = Promise.resolve();
  /** It has not begun yet, so it covers every name that the directory has now. */
  #waiting: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves when the names that the directory has now are durable. */
  sync(): Promise<void> {
    this.#waiting ??= this.#behind(this.#last);
    this.#last = this.#waiting;
    return this.#waiting;
  }

  async #behind(last: Promise<void>): Promise<void> {
    await last.catch(() => {});
    this.#waiting = undefined;
    await syncDirectory(this.#path);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
