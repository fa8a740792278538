// A way out: capture, SES, or another smarthost. One call is one attempt for one entry.
//
// Contract: one outcome per recipient given, in their order. Expected trouble is an outcome, not an exception: a throttled
// API, a refused recipient, a host that does not answer. What is thrown all the same counts as deferred for every recipient.
// May be repeated: yes, and the same message may then leave twice (at least once, never never).
// When the signal aborts, the attempt's time is over: what is under way is broken off, nothing more is begun, and what is known by
// then is told at once. What would still leave later would leave twice.

import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Body } from './spool.ts';

export interface Transport {
  readonly name: string;
  deliver(entry: Entry, recipients: readonly string[], body: Body, signal?: AbortSignal): Promise<Outcome[]>;
  /** Ends idle connections. */
  close(): Promise<void>;
}
