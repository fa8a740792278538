// How a credential lies in a store: JSON, its keys and salts in base64, the login apart from it as its key. What versions there
// are, and where they lie, is the store's own business. A record that is none makes `fromStored` throw.

import type { Credential, Password } from './credential.ts';

/** Buffers as base64. */
type Stored<Item> = {
  readonly [Key in keyof Item]: Item[Key] extends Buffer ? string : Item[Key];
};

export type StoredCredential = Stored<Pick<Credential, 'salt' | 'iterations'>> & {
  readonly passwords: readonly Stored<Password>[];
};

export function toStored({ salt, iterations, passwords }: Credential): StoredCredential {
  return {
    salt: salt.toString('base64'),
    iterations,
    passwords: passwords.map(({ name, created, expires, storedKey, serverKey, cramMd5 }) => ({
      name,
      created,
      ...(expires !== undefined && { expires }),
      storedKey: storedKey.toString('base64'),
      serverKey: serverKey.toString('base64'),
      cramMd5: cramMd5.toString('base64'),
    })),
  };
}

export function fromStored(login: string, { salt, iterations, passwords }: StoredCredential): Credential {
  return {
    login,
    salt: Buffer.from(salt, 'base64'),
    iterations,
    passwords: passwords.map(({ name, created, expires, storedKey, serverKey, cramMd5 }) => ({
      name,
      created,
      ...(expires !== undefined && { expires }),
      storedKey: Buffer.from(storedKey, 'base64'),
      serverKey: Buffer.from(serverKey, 'base64'),
      cramMd5: Buffer.from(cramMd5, 'base64'),
    })),
  };
}
