// The credentials of this machine: a table beside the accounts, its keys and salts written in base64. The file is readable to its
// owner alone; what is in it lets nobody log in by PLAIN or SCRAM (docs/decisions/credentials.md).

import type { Credential } from '#shared/domain/sasl/credential.ts';
import { fromStored, type StoredCredential, toStored } from '#shared/domain/sasl/stored-credential.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { LoginRow } from './directory-database.ts';
import { LoginTable } from './login-table.ts';
import type { StoreThread } from './store-thread.ts';

export class EmbeddedCredentials implements Credentials {
  readonly #table: LoginTable<Credential, StoredCredential>;

  constructor(thread: StoreThread) {
    this.#table = new LoginTable(thread, 'credential', { write: toStored, read: fromStored });
  }

  load(rows: readonly LoginRow[]): void {
    this.#table.load(rows);
  }

  async find(login: string): Promise<Credential | undefined> {
    return this.#table.get(login);
  }

  put(credential: Credential): Promise<void> {
    return this.#table.put(credential);
  }

  remove(login: string): Promise<boolean> {
    return this.#table.remove(login);
  }
}
