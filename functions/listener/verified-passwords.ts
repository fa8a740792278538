// The passwords that were verified a short time ago. It holds neither login nor password: its keys are a keyed hash of both,
// and its values the StoredKey that matched, which names one password of one account (and is in the credential anyway).
// Only what was verified gets in, so strangers cannot fill it.

export const MAX_REMEMBERED = 10_000;

type Entry = { readonly storedKey: Buffer; readonly expires: number };

export class VerifiedPasswords {
  readonly #now: () => number;
  readonly #cacheTime: number;
  /** All live equally long, so the order of insertion is the order of expiry. */
  readonly #entries = new Map<string, Entry>();

  constructor(now: () => number, cacheTime: number) {
    this.#now = now;
    this.#cacheTime = cacheTime;
  }

  get(attempt: string): Buffer | undefined {
    const entry = this.#entries.get(attempt);
    return entry && this.#now() < entry.expires ? entry.storedKey : undefined;
  }

  set(attempt: string, storedKey: Buffer): void {
    const now = this.#now();
    this.#entries.delete(attempt);
    this.#entries.set(attempt, { storedKey, expires: now + this.#cacheTime });
    for (const [oldest, { expires }] of this.#entries) {
      if (now < expires && this.#entries.size <= MAX_REMEMBERED) break;
      this.#entries.delete(oldest);
    }
  }
}
