// The directory of this machine: the table of accounts. The senders lie with their account and go with it; who owns an address
// is looked up in an index that is made when it is first asked for after a change.

import type { Account } from '#shared/domain/directory/account.ts';
import { firstOwners, ownersBySender } from '#shared/domain/directory/sender-owners.ts';
import type { Directory } from '#shared/ports/directory.ts';
import type { LoginRow } from './directory-database.ts';
import { LoginTable } from './login-table.ts';
import type { StoreThread } from './store-thread.ts';

type StoredAccount = Omit<Account, 'login'>;

export class EmbeddedDirectory implements Directory {
  readonly #table: LoginTable<Account, StoredAccount>;
  #owners: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(thread: StoreThread) {
    this.#table = new LoginTable(thread, 'account', {
      write: ({ senders, disabled, created }) => ({ senders, disabled, created }),
      read: (login, { senders, disabled, created }) => ({ login, senders, disabled, created }),
    });
  }

  load(rows: readonly LoginRow[]): void {
    this.#table.load(rows);
    this.#owners = undefined;
  }

  async account(login: string): Promise<Account | undefined> {
    return this.#table.get(login);
  }

  async accounts(): Promise<Account[]> {
    return this.#table.all();
  }

  async put(account: Account): Promise<void> {
    await this.#table.put(account);
    this.#owners = undefined;
  }

  async remove(login: string): Promise<boolean> {
    const wasThere = await this.#table.remove(login);
    this.#owners = undefined;
    return wasThere;
  }

  async senderOwners(keys: readonly string[]): Promise<readonly string[] | undefined> {
    this.#owners ??= ownersBySender(this.#table.all());
    return firstOwners(this.#owners, keys);
  }
}
