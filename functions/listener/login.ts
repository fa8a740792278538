// Checks a login that a SASL exchange ended in: against the account and its passwords as they are now.
// An unknown or disabled account or an expired password takes the same path, and the same time, as a wrong password. A fault of a port, or too
// many logins at once, is `unavailable`: the client comes again, and nobody's password is called wrong for it.
// A verified password is remembered for a short time, so that a home server that logs in for every message pays PBKDF2
// once; account and credential are read each time all the same, and what changed there holds at once.

import { createHmac, createSecretKey } from 'node:crypto';
import { canonicalLogin } from '#shared/domain/directory/account.ts';
import { type Credential, type Password, unexpired, withPassword } from '#shared/domain/sasl/credential.ts';
import type { LoginAttempt, ScramBeginning } from '#shared/domain/sasl/exchange.ts';
import {
  digestMatches,
  passwordMatches,
  proofMatches,
  SCRAM_ITERATIONS,
  serverSignature,
} from '#shared/domain/sasl/verifier.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { Directory } from '#shared/ports/directory.ts';
import { boundedPbkdf2, type Pbkdf2, threadPoolPbkdf2 } from './pbkdf2.ts';
import { VerifiedPasswords } from './verified-passwords.ts';

export type LoginVerdict =
  /** `login` is canonical, `user@realm`. */
  | { readonly kind: 'ok'; readonly login: string; readonly passwordName: string; readonly serverSignature?: Buffer }
  /** Which of login and password is wrong is not said. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable'; readonly cause: unknown };

/** Those of a credential's salt. */
const SALT_OCTETS = 16;

type LoginOptions = {
  readonly credentials: Pick<Credentials, 'find'>;
  readonly directory: Pick<Directory, 'account'>;
  /** Milliseconds; any clock that does not jump. */
  readonly now: () => number;
  /** Milliseconds since the epoch: what a password expires by. */
  readonly wallClock: () => number;
  /** How long a verified password is remembered, in ms; 0 for not at all. */
  readonly cacheTime: number;
  /** 32 random bytes, new in every process. */
  readonly key: Buffer;
  /** 32 octets: a login that nobody has gets the same salt wherever the key is the same. */
  readonly saltKey: () => Buffer;
  readonly pbkdf2?: Pbkdf2;
};

export type Login = {
  /**
   * What SCRAM sends before it asks for a proof. An account that there is none of has a salt too, always the same. Rejects with
   * the port's fault.
   */
  salt(login: string, localDomain: string): Promise<Pick<ScramBeginning, 'salt' | 'iterations'>>;
  /** `localDomain` is the service's smtpd_sasl_local_domain; who `isKnown` does not wait behind strangers. Never rejects. */
  verify(attempt: LoginAttempt, localDomain: string, isKnown?: boolean): Promise<LoginVerdict>;
};

export function createLogin(options: LoginOptions): Login {
  const { credentials, directory, key } = options;
  // HMAC takes octets too, and costs seven times as much with them.
  const hmacKey = createSecretKey(key);
  const saltPassword = boundedPbkdf2(options.pbkdf2 ?? threadPoolPbkdf2);
  const verified = new VerifiedPasswords(options.now, options.cacheTime);
  /** Stands in for what an account lacks that is unknown or disabled. */
  const nobody = withPassword(undefined, {
    login: '',
    name: '',
    password: key.toString('hex'),
    salt: key.subarray(0, SALT_OCTETS),
    created: 0,
  });

  async function check(attempt: LoginAttempt, login: string, isKnown: boolean): Promise<LoginVerdict> {
    const [account, found] = await Promise.all([directory.account(login), credentials.find(login)]);
    const credential = account && !account.disabled && found ? unexpired(found, options.wallClock()) : nobody;
    const password = await rightPassword(credential, login, attempt, isKnown);
    if (password === undefined || credential === nobody) return { kind: 'refused' };
    const ok = { kind: 'ok', login, passwordName: password.name } as const;
    return 'proof' in attempt ? { ...ok, serverSignature: serverSignature(password, attempt.authMessage) } : ok;
  }

  async function rightPassword(
    credential: Credential,
    login: string,
    attempt: LoginAttempt,
    isKnown: boolean,
  ): Promise<Password | undefined> {
    switch (attempt.mechanism) {
      case 'SCRAM-SHA-256':
      case 'SCRAM-SHA-256-PLUS':
        return matching(credential, (verifier) => proofMatches(verifier, attempt.authMessage, attempt.proof));
      case 'CRAM-MD5':
        return matching(credential, (verifier) => digestMatches(verifier, attempt.challenge, attempt.digest));
      case 'PLAIN':
      case 'LOGIN':
        return withSentPassword(credential, login, attempt.password, isKnown);
    }
  }

  async function withSentPassword(
    credential: Credential,
    login: string,
    sent: string,
    isKnown: boolean,
  ): Promise<Password | undefined> {
    const { salt, iterations, passwords } = credential;
    // Neither a login nor a password holds a NUL, so no two attempts are the same text.
    const attempt = createHmac('sha256', hmacKey).update(`${login}\0${sent}\0`).update(salt).digest('base64');
    const storedKey = verified.get(attempt);
    const remembered = storedKey && passwords.find((password) => password.storedKey.equals(storedKey));
    if (remembered) return remembered;

    const saltedPassword = await saltPassword(attempt, isKnown, sent, salt, iterations);
    const match = matching(credential, (verifier) => passwordMatches(verifier, saltedPassword));
    if (match) verified.set(attempt, match.storedKey);
    return match;
  }

  return {
    async salt(text, localDomain) {
      const login = canonicalLogin(text, localDomain);
      // Also a disabled account keeps the salt that it had.
      const found = await credentials.find(login);
      const salt =
        found?.salt ?? createHmac('sha256', options.saltKey()).update(login).digest().subarray(0, SALT_OCTETS);
      return { salt, iterations: found?.iterations ?? SCRAM_ITERATIONS };
    },
    async verify(attempt, localDomain, isKnown = false) {
      try {
        return await check(attempt, canonicalLogin(attempt.login, localDomain), isKnown);
      } catch (cause) {
        return { kind: 'unavailable', cause };
      }
    },
  };
}

/** Compares every password, so that the time says nothing about which one matched. */
function matching(credential: Credential, matches: (password: Password) => boolean): Password | undefined {
  return credential.passwords.filter(matches).at(0);
}
