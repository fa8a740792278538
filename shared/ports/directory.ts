// Accounts and what they own: data that people edit while the relay runs (relayctl, the console, a YAML file).
//
// Who validates: the caller, with shared/domain/directory. Reads may be some seconds old; a change made in this process is
// seen by this process at once. Durable on return: every change. May be repeated: everything.
// Faults: TemporaryFault when the store does not answer.

import type { Account } from '#shared/domain/directory/account.ts';

export interface Directory {
  account(login: string): Promise<Account | undefined>;
  /** All, by login. */
  accounts(): Promise<Account[]>;
  put(account: Account): Promise<void>;
  /** False if there was none. Its credential must be removed first. */
  remove(login: string): Promise<boolean>;
  /** The logins that own one of these lookup keys, for the first key that has an owner; undefined if none has. */
  senderOwners(keys: readonly string[]): Promise<readonly string[] | undefined>;
}
