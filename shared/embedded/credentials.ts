// The credentials of this machine: a table beside the accounts, its keys and salts written in base64. The file is readable to its
// owner alone; what is in it lets nobody log in by PLAIN or SCRAM (docs/decisions/credentials.md).

import type { Credential, Password } from '#shared/domain/sasl/credential.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { LoginRow } from './directory-database.ts';
import { LoginTable } from './login-table.ts';
import type { StoreThread } from './store-thread.ts';

/** Buffers as base64. */
type Stored<Item> = {
  readonly [Key in keyof Item]: Item[Key] extends Buffer ? string : Item[Key];
};

type StoredCredential = Stored<Pick<Credential, 'salt' | 'iterations'>> & {
  readonly passwords: readonly Stored<Password>[];
};

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

function toStored({ salt, iterations, passwords }: Credential): StoredCredential {
  return {
    salt: salt.toString('base64'),
    iterations,
    passwords: passwords.map(({ name, created, storedKey, serverKey, cramMd5 }) => ({
      name,
      created,
      storedKey: storedKey.toString('base64'),
      serverKey: serverKey.toString('base64'),
      cramMd5: cramMd5.toString('base64'),
    })),
  };
}

function fromStored(login: string, { salt, iterations, passwords }: StoredCredential): Credential {
  return {
    login,
    salt: Buffer.from(salt, 'base64'),
    iterations,
    passwords: passwords.map(({ name, created, storedKey, serverKey, cramMd5 }) => ({
      name,
      created,
      storedKey: Buffer.from(storedKey, 'base64'),
      serverKey: Buffer.from(serverKey, 'base64'),
      cramMd5: Buffer.from(cramMd5, 'base64'),
    })),
  };
}
