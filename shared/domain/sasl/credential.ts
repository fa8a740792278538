// What is kept of an account's passwords: for each, a verifier for every mechanism that is announced, and never the password.
// All passwords of an account share one SCRAM salt and iteration count, since a SCRAM server must send them before it knows
// which password the client will use (RFC 5802 §5.1). Credentials are values: a change is a new credential.

import { makeVerifier, saltPassword, SCRAM_ITERATIONS, type Verifier } from './verifier.ts';

export type Password = Verifier & {
  /** Unique within the account: `default`, or an app password's name. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Milliseconds since the epoch: from then on it is refused like a wrong one. Absent if it never ends. */
  readonly expires?: number;
};

export type Credential = {
  readonly login: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly passwords: readonly Password[];
};

export type NewPassword = {
  /** Canonical: `user@realm`, lower case. */
  readonly login: string;
  readonly name: string;
  /** One that passwordProblem finds nothing wrong with. */
  readonly password: string;
  /** 16 random bytes; of use where the account has no credential yet. */
  readonly salt: Buffer;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
};

/** With one more password, which takes the place of one that has its name. Some milliseconds of work. */
export function withPassword(credential: Credential | undefined, added: NewPassword): Credential {
  const { name, password, created, expires } = added;
  const base = credential ?? { login: added.login, salt: added.salt, iterations: SCRAM_ITERATIONS, passwords: [] };
  const verifier = makeVerifier(password, saltPassword(password, base.salt, base.iterations));
  const made: Password = { name, created, ...(expires !== undefined && { expires }), ...verifier };
  return { ...base, passwords: [...withoutPassword(base, name).passwords, made] };
}

/** The same credential in content if it has no password of that name. */
export function withoutPassword(credential: Credential, name: string): Credential {
  return { ...credential, passwords: credential.passwords.filter((password) => password.name !== name) };
}

/** Whether it is refused for its age. `now`: ms since the epoch. */
export function hasExpired({ expires }: Pick<Password, 'expires'>, now: number): boolean {
  return expires !== undefined && now >= expires;
}

/** With the passwords alone that may still be used. */
export function unexpired(credential: Credential, now: number): Credential {
  return { ...credential, passwords: credential.passwords.filter((password) => !hasExpired(password, now)) };
}
