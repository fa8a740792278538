// When a deferred entry is tried again, and when it is given up: as Postfix's qmgr(8) does it.
// The wait is the message's age, clamped, so it doubles from attempt to attempt until it reaches the longest.
// RFC 5321 §4.5.4.1 asks for retries over at least 4–5 days.

/** All in milliseconds. */
export type RetrySettings = {
  readonly minimal_backoff_time: number;
  readonly maximal_backoff_time: number;
  readonly maximal_queue_lifetime: number;
};

/** When a message that arrived at `arrived` and was deferred at `now` is due again. */
export function nextAttempt(arrived: number, now: number, settings: RetrySettings): number {
  const age = now - arrived;
  return now + Math.max(settings.minimal_backoff_time, Math.min(age, settings.maximal_backoff_time));
}

/** Whether a message that could not be delivered at `now` is given up. */
export function isExpired(arrived: number, now: number, settings: RetrySettings): boolean {
  return now - arrived >= settings.maximal_queue_lifetime;
}
