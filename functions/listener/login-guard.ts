// Stands before the check of every login, so that passwords cannot be guessed for long: it lets wait, or puts off, what
// shared/domain/sasl/login-failures.ts says. Whether an account or a password is there changes nothing. It never locks an owner
// out, and no store that does not answer does either.

import { setTimeout as sleep } from 'node:timers/promises';
import { clientNetwork } from '#shared/domain/sasl/client-network.ts';
import { answerDelay, type FailureSettings, isRefused } from '#shared/domain/sasl/login-failures.ts';
import type { FailureCounts } from './failure-counts.ts';
import type { LoginVerdict } from './login.ts';

/** `tooManyFailures`: come again later; the password was not looked at. */
export type GuardedVerdict = LoginVerdict | { readonly kind: 'tooManyFailures' };

/** Logins are counted by their beginnings: longer ones are nobody's. */
const LOGIN_CHARACTERS = 255;

type LoginGuardOptions = {
  readonly counts: Pick<FailureCounts, 'isKnown' | 'of' | 'add' | 'know'>;
  readonly settings: FailureSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of so many milliseconds. */
  readonly pause?: (time: number) => Promise<unknown>;
};

export class LoginGuard {
  readonly #options: LoginGuardOptions;

  constructor(options: LoginGuardOptions) {
    this.#options = options;
  }

  /** `login` is canonical. `verify` hears whether it was logged in to from there; it is not called for tooManyFailures. */
  async check(
    login: string,
    address: string,
    verify: (isKnown: boolean) => Promise<LoginVerdict>,
  ): Promise<GuardedVerdict> {
    const { counts, settings, now } = this.#options;
    const client = { of: 'client', name: clientNetwork(address) } as const;
    const account = { of: 'account', name: login.slice(0, LOGIN_CHARACTERS) } as const;
    const isKnown = await counts.isKnown(client.name, login);
    if (!isKnown) {
      const { forgivenAt, isPartial } = await counts.of(client);
      if (!isPartial && isRefused(forgivenAt, now(), settings)) {
        await this.#delay(forgivenAt);
        return { kind: 'tooManyFailures' };
      }
    }
    const verdict = await verify(isKnown);
    if (verdict.kind === 'unavailable') return verdict;
    if (verdict.kind === 'ok') counts.know(client.name, login);
    if (verdict.kind === 'ok' && isKnown) return verdict;

    if (verdict.kind === 'refused') {
      // What a client may always try does not shut it out of its other accounts: a stale password at home, say.
      if (!isKnown) counts.add(client);
      counts.add(account);
    }
    // A right password from elsewhere waits as long as a wrong one: who is answered at once would else know it to be right.
    const [ofClient, ofAccount] = await Promise.all([counts.of(client), counts.of(account)]);
    await this.#delay(Math.max(ofClient.forgivenAt, ofAccount.forgivenAt));
    return verdict;
  }

  async #delay(forgivenAt: number): Promise<void> {
    const { settings, now, pause = sleep } = this.#options;
    const time = answerDelay(forgivenAt, now(), settings);
    if (time > 0) await pause(time);
  }
}
