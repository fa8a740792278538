// What this process knows of failed logins and known clients: its own counts at once, those of others when it reads the store
// again. A failure costs no write by itself: counts go to the store every few seconds, a bounded number of them. Memory is
// bounded too; what was forgotten is read again. A store that does not answer is logged, and what it did not take is counted
// here alone.

import { type FailureSettings, MOST_FAILURES, withFailures } from '#shared/domain/sasl/login-failures.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Failures, LoginFailures } from '#shared/ports/login-failures.ts';

/** Milliseconds between writes: what a crash forgets. */
export const SAVE_INTERVAL = 10_000;
/** Milliseconds that what was read is good for. */
export const REFRESH_INTERVAL = 10_000;
/** Counts that are written at a time. */
export const MOST_SAVED = 100;
/** Clients and accounts together. */
export const MOST_KEPT = 10_000;

const DAY = 24 * 60 * 60 * 1000;
/** How long a client is known to an account behind its last login. */
const KNOWN_TIME = 90 * DAY;

type Subject = Pick<Failures, 'of' | 'name'>;

type Kept = {
  forgivenAt: number;
  /** By login: until when. */
  known: Map<string, number>;
  readAt: number;
  /** The store did not answer: there may be more. */
  isPartial: boolean;
  reading: Promise<void> | undefined;
};

type Unsaved = Subject & { count: number };

type FailureCountsOptions = {
  readonly store: LoginFailures;
  readonly settings: FailureSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
};

export class FailureCounts {
  readonly #options: FailureCountsOptions;
  /** The one that was used last comes last. */
  readonly #kept = new Map<string, Kept>();
  readonly #unsaved = new Map<string, Unsaved>();
  #saving: NodeJS.Timeout | undefined;

  constructor(options: FailureCountsOptions) {
    this.#options = options;
  }

  /** Whether the account was logged in to from there. */
  async isKnown(client: string, login: string): Promise<boolean> {
    const subject = { of: 'client', name: client } as const;
    const isIn = ({ known }: Kept): boolean => (known.get(login) ?? 0) > this.#options.now();
    return isIn(this.#keptOf(subject)) || isIn(await this.#read(subject));
  }

  /** When all failures will be forgiven, and whether the store has told of all of them. */
  async of(subject: Subject): Promise<Pick<Kept, 'forgivenAt' | 'isPartial'>> {
    return this.#read(subject);
  }

  add(subject: Subject): void {
    const { now, settings } = this.#options;
    const kept = this.#keptOf(subject);
    kept.forgivenAt = withFailures(kept.forgivenAt, 1, now(), settings);
    const key = keyOf(subject);
    const unsaved = this.#unsaved.get(key);
    if (unsaved !== undefined) unsaved.count += 1;
    else this.#unsaved.set(key, { ...subject, count: 1 });
    dropOldest(this.#unsaved);
    this.#saving ??= setTimeout(() => void this.save(), SAVE_INTERVAL).unref();
  }

  /** Noted at most once a day. */
  know(client: string, login: string): void {
    const { now, store } = this.#options;
    const { known } = this.#keptOf({ of: 'client', name: client });
    const before = known.get(login) ?? 0;
    const until = now() + KNOWN_TIME;
    if (until - before < DAY) return;
    known.set(login, until);
    store.know(client, login, until).catch((err: unknown) => {
      known.set(login, Math.max(before, now() + DAY));
      this.#complain(err);
    });
  }

  /** Writes the oldest counts that are not saved, and comes back for the rest. Never rejects. */
  async save(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const batch = [...this.#unsaved].slice(0, MOST_SAVED);
    for (const [key] of batch) this.#unsaved.delete(key);
    if (this.#unsaved.size > 0) this.#saving = setTimeout(() => void this.save(), SAVE_INTERVAL).unref();
    const { store, settings, now } = this.#options;
    const each = settings.smtpd_login_failure_forgive_time;
    const most = MOST_FAILURES * each;
    const saved = batch.map(([, { of, name, count }]) =>
      store.add({ of, name, time: Math.min(count, MOST_FAILURES) * each, most, now: now() }),
    );
    const fault = (await Promise.allSettled(saved)).find((result) => result.status === 'rejected');
    if (fault !== undefined) this.#complain(fault.reason);
  }

  /** Saves once more; what is beyond the bound is forgotten. */
  async close(): Promise<void> {
    await this.save();
    clearTimeout(this.#saving);
  }

  #keptOf(subject: Subject): Kept {
    const key = keyOf(subject);
    const fresh = { forgivenAt: 0, known: new Map(), readAt: -Infinity, isPartial: true, reading: undefined };
    const kept = this.#kept.get(key) ?? fresh;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    dropOldest(this.#kept);
    return kept;
  }

  async #read(subject: Subject): Promise<Kept> {
    const kept = this.#keptOf(subject);
    if (this.#options.now() - kept.readAt < REFRESH_INTERVAL) return kept;
    kept.reading ??= this.#readAgain(subject, kept);
    await kept.reading;
    return kept;
  }

  async #readAgain({ of, name }: Subject, kept: Kept): Promise<void> {
    const { store, now } = this.#options;
    try {
      if (of === 'account') kept.forgivenAt = Math.max(kept.forgivenAt, await store.account(name));
      else {
        const { forgivenAt, known } = await store.client(name);
        kept.forgivenAt = Math.max(kept.forgivenAt, forgivenAt);
        for (const [login, until] of known) kept.known.set(login, Math.max(until, kept.known.get(login) ?? 0));
      }
      kept.isPartial = false;
    } catch (err) {
      kept.isPartial = true;
      this.#complain(err);
    } finally {
      kept.readAt = now();
      kept.reading = undefined;
    }
  }

  #complain(err: unknown): void {
    this.#options.log.warn({ event: 'loginFailures', err }, 'failed logins cannot be counted with the others now');
  }
}

function keyOf({ of, name }: Subject): string {
  return `${of} ${name}`;
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= MOST_KEPT) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
