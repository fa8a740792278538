// The last use of each password of this machine: a table of directory.db, one row a password. It is read from the file each time,
// since only relayctl asks, and writes there are rare.

import type { LastUses, PasswordUse } from '#shared/ports/last-use.ts';
import type { StoreThread } from './store-thread.ts';

export class EmbeddedLastUses implements LastUses {
  readonly #thread: StoreThread;

  constructor(thread: StoreThread) {
    this.#thread = thread;
  }

  async note({ login, passwordName, address, at }: PasswordUse): Promise<void> {
    await this.#thread.call('directory', 'noteUse', [login, passwordName, address, at]);
  }

  async of(login: string): Promise<readonly PasswordUse[]> {
    return this.#thread.call('directory', 'usesOf', [login]);
  }
}
