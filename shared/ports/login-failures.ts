// How often logins have failed, by client and by account, and which clients an account was logged in to from. It outlives a restart,
// and is shared by all who have the same store.
//
// Who calls is a listener that keeps its own count and tells it here every few seconds, a bounded number at a time: nothing
// here limits who guesses. Durable on return: what was added or noted. May be repeated: reading, and noting; adding again
// counts again. What is read may be some moments old, and what is past may be dropped at any time. Faults: TemporaryFault when
// the store does not answer; no login is refused for it.

export type ClientRecord = {
  /** When all its failures will be forgiven, in ms since the epoch; 0 if there are none. */
  readonly forgivenAt: number;
  /** The accounts that it has logged in to, and until when that is remembered (ms since the epoch). */
  readonly known: ReadonlyMap<string, number>;
};

export type Failures = {
  readonly of: 'client' | 'account';
  /** The client, or a login as it was given: 1 to 255 characters, and perhaps no account's. */
  readonly name: string;
  /** Milliseconds by which they put off when all will be forgiven. */
  readonly time: number;
  /** Milliseconds from `now` behind which it is not put off much further. */
  readonly most: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export interface LoginFailures {
  /** `client`: an address, or an IPv6 client's /64. */
  client(client: string): Promise<ClientRecord>;
  /** When all failures of an account will be forgiven, in ms since the epoch; 0 if there are none. */
  account(login: string): Promise<number>;
  /** Counts from `now` where all before have been forgiven, else from when they will be. Puts it off by at most `most + time`. */
  add(failures: Failures): Promise<void>;
  /** An account was logged in to from there; remembered until then. */
  know(client: string, login: string, until: number): Promise<void>;
}
