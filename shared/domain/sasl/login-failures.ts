// What wrong logins lead to. They fill a bucket that leaks: one is forgiven every smtpd_login_failure_forgive_time, so all that is
// kept of an address or an account is one number, the time at which everything will be forgiven. A client address is slowed
// down and then refused; an account is slowed down and never refused, or a stranger could lock its owner out. From where an
// account was logged in to before, a right password is neither.

/** Milliseconds since the epoch; what is past is as good as nothing. */
export type ForgivenAt = number;

export type FailureSettings = {
  /** 0 for none. */
  readonly smtpd_client_login_failure_limit: number;
  /** Milliseconds; more than 0. */
  readonly smtpd_login_failure_forgive_time: number;
  /** Milliseconds. */
  readonly smtpd_login_failure_delay: number;
};

/** More are not remembered, so that an account that was attacked for a day is quick again soon. */
export const MOST_FAILURES = 100;
/** So many go unpunished: people mistype, and a home server has several programs with the same old password. */
export const FREE_FAILURES = 10;
/** Milliseconds that the answer waits for each one more. */
const DELAY_STEP = 1000;

/** With so many failures more. */
export function withFailures(
  forgivenAt: ForgivenAt,
  count: number,
  now: number,
  { smtpd_login_failure_forgive_time: each }: FailureSettings,
): ForgivenAt {
  return Math.max(forgivenAt, Math.min(Math.max(forgivenAt, now) + count * each, now + MOST_FAILURES * each));
}

/** Whether a client has failed so often that it is not listened to now. What it tries meanwhile is not counted. */
export function isRefused(client: ForgivenAt, now: number, settings: FailureSettings): boolean {
  const { smtpd_client_login_failure_limit: limit } = settings;
  // One part of a failure is forgiven at once, so the limit is reached when there is no room for a whole one.
  return limit > 0 && failures(client, now, settings) > limit - 1;
}

/** Milliseconds that an answer waits; the worse of client and account tells. */
export function answerDelay(worst: ForgivenAt, now: number, settings: FailureSettings): number {
  const punished = Math.ceil(failures(worst, now, settings)) - FREE_FAILURES;
  return Math.max(0, Math.min(punished * DELAY_STEP, settings.smtpd_login_failure_delay));
}

function failures(forgivenAt: ForgivenAt, now: number, settings: FailureSettings): number {
  return Math.max(0, forgivenAt - now) / settings.smtpd_login_failure_forgive_time;
}
