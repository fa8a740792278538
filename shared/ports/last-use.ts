// When each password was used last, and from where: what tells its owner whether a phone still sends, or somebody else does.
//
// Who calls often is refused by nobody and pays for each call: the listener notes a use at most once an hour for a password and
// an address. Durable on return: the use that was noted, unless a later one is there already. May be repeated: everything.
// Faults: TemporaryFault when the store does not answer; no login depends on it.

export type PasswordUse = {
  /** Canonical. */
  readonly login: string;
  /** Of the account's passwords. */
  readonly passwordName: string;
  /** The client's. */
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

export interface LastUses {
  note(use: PasswordUse): Promise<void>;
  /** The last use of each password of an account that was ever used, also of those that are gone; by name. */
  of(login: string): Promise<readonly PasswordUse[]>;
}
