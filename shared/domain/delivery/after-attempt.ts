// What one delivery attempt makes of a queue entry. It never forgets a recipient and never tries one that is delivered:
// a recipient without an outcome stays as it was.
// Until bounces can be sent, an entry with nothing left to try and a recipient that failed stays in the queue as `failed`.

import type { Entry, RecipientState } from '../queue/entry.ts';
import { isExpired, nextAttempt, type RetrySettings } from '../queue/retry.ts';
import type { Outcome } from './outcome.ts';

/** A stored record stays small, however much a next hop has to say. */
const MAX_REASON = 500;

/**
 * The positions of the recipients that an attempt is for: those that are pending. Only an operator's flush brings back an entry
 * where none is, and then those that failed are meant.
 */
export function recipientsToTry(entry: Entry): number[] {
  const pending = positions(entry, 'pending');
  return pending.length > 0 ? pending : positions(entry, 'failed');
}

/**
 * The entry after an attempt that ended at `now`; undefined when every recipient is delivered.
 * `outcomes` has the entry's recipients' positions, and a hole where a recipient was not tried.
 */
export function afterAttempt(
  entry: Entry,
  outcomes: readonly (Outcome | undefined)[],
  now: number,
  settings: RetrySettings,
): Entry | undefined {
  const tried = entry.recipients.map((recipient, i) => afterOutcome(recipient, outcomes[i]));
  if (tried.every(({ status }) => status === 'delivered')) return undefined;
  const recipients = isExpired(entry.arrived, now, settings) ? tried.map(giveUp) : tried;
  const isPending = recipients.some(({ status }) => status === 'pending');
  return {
    ...entry,
    recipients,
    attempts: entry.attempts + 1,
    state: isPending ? 'queued' : 'failed',
    due: isPending ? nextAttempt(entry.arrived, now, settings) : now,
  };
}

function positions(entry: Entry, status: RecipientState['status']): number[] {
  return entry.recipients.flatMap((recipient, i) => (recipient.status === status ? [i] : []));
}

function afterOutcome(recipient: RecipientState, outcome: Outcome | undefined): RecipientState {
  if (outcome === undefined || recipient.status === 'delivered') return recipient;
  switch (outcome.kind) {
    case 'delivered':
      return { ...recipient, status: 'delivered', reason: outcome.response.slice(0, MAX_REASON) };
    case 'deferred':
      return { ...recipient, status: 'pending', reason: outcome.reason.slice(0, MAX_REASON) };
    case 'failed':
      return { ...recipient, status: 'failed', reason: outcome.reason.slice(0, MAX_REASON) };
  }
}

function giveUp(recipient: RecipientState): RecipientState {
  if (recipient.status !== 'pending') return recipient;
  return { ...recipient, status: 'failed', reason: `expired: ${recipient.reason ?? 'never tried'}` };
}
