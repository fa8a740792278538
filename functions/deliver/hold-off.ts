// Keeps a transport in trouble from wearing out the whole queue: after trouble it is left alone for a while that doubles up to
// a limit, and then proves itself with a single delivery. Lives in this process; entries and their due times are not touched.

import type { Outcome } from '#shared/domain/delivery/outcome.ts';

/** Milliseconds. */
const FIRST = 1000;
const LONGEST = 60 * 1000;

export class HoldOff {
  readonly #longest: number;
  #failures = 0;
  #until = 0;

  /** `longest` in milliseconds. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The transport is not to be tried before this time (ms since the epoch). */
  get until(): number {
    return this.#until;
  }

  /** It had trouble when it was last tried. */
  get inTrouble(): boolean {
    return this.#failures > 0;
  }

  /** Deliveries that were under way together fail together: that is one trouble. */
  trouble(now: number): void {
    if (now < this.#until) return;
    this.#until = now + Math.min(FIRST * 2 ** this.#failures, this.#longest);
    this.#failures += 1;
  }

  success(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  /** What a call came to. */
  note(outcomes: readonly Outcome[], now: number): void {
    const isTrouble = outcomes.some((outcome) => outcome.kind === 'deferred' && outcome.scope === 'transport');
    if (isTrouble) this.trouble(now);
    else this.success();
  }
}

export type HoldOffs = ReadonlyMap<string, HoldOff>;

/** One for each transport's name. `backoff`: minimal_backoff_time; no transport is left alone for longer than an entry would be. */
export function holdOffsFor(transports: Readonly<Record<string, unknown>>, backoff: number): HoldOffs {
  const longest = Math.min(LONGEST, backoff);
  return new Map(Object.keys(transports).map((name) => [name, new HoldOff(longest)]));
}
