// Who owns a sender's address: the accounts' senders turned around, so that a lookup need not read them all.

import type { Account } from './account.ts';

/** Logins by the senders that they own: `user@domain`, `@domain`, `*`. */
export type SenderOwners = ReadonlyMap<string, readonly string[]>;

export function ownersBySender(accounts: Iterable<Account>): SenderOwners {
  const owners = new Map<string, string[]>();
  for (const { login, senders } of accounts) {
    for (const sender of new Set(senders)) {
      const others = owners.get(sender);
      if (others === undefined) owners.set(sender, [login]);
      else others.push(login);
    }
  }
  return owners;
}

/** The owners of the first of these keys that has any. */
export function firstOwners(owners: SenderOwners, keys: readonly string[]): readonly string[] | undefined {
  const owned = keys.find((key) => owners.has(key));
  return owned === undefined ? undefined : owners.get(owned);
}
