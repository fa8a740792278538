// Notes when and from where a password was used, rarely: a home server logs in for every message, and one write an hour for a
// password and an address tells its owner as much. Waits for nothing and fails for nobody: what cannot be written is logged, and
// noted at the next login.

import type { Log } from '#shared/ports/log.ts';
import type { LastUses, PasswordUse } from '#shared/ports/last-use.ts';

/** Milliseconds. */
const HOUR = 60 * 60 * 1000;
/** Passwords × addresses; who comes from more is noted more often. Only who has logged in is here. */
export const MAX_NOTED = 10_000;

export class PasswordUses {
  readonly #lastUses: Pick<LastUses, 'note'>;
  readonly #log: Log;
  /** When each was noted; the oldest first. */
  readonly #noted = new Map<string, number>();

  constructor({ lastUses, log }: { readonly lastUses: Pick<LastUses, 'note'>; readonly log: Log }) {
    this.#lastUses = lastUses;
    this.#log = log;
  }

  used(use: PasswordUse): void {
    const key = `${use.login} ${use.passwordName} ${use.address}`;
    const noted = this.#noted.get(key);
    if (noted !== undefined && use.at - noted < HOUR) return;
    this.#noted.delete(key);
    this.#noted.set(key, use.at);
    for (const [oldest, at] of this.#noted) {
      if (use.at - at < HOUR && this.#noted.size <= MAX_NOTED) break;
      this.#noted.delete(oldest);
    }
    this.#lastUses.note(use).catch((err: unknown) => {
      this.#noted.delete(key);
      this.#log.warn({ event: 'lastUse', err }, 'the use of a password cannot be noted now');
    });
  }
}
