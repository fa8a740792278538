// What deliver says to the log: one event for each different outcome of an attempt. Addresses are left out of it, also where a
// next hop repeats them, unless log_addresses asks for them.

import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Log } from '#shared/ports/log.ts';

export type Attempted = {
  readonly entry: Entry;
  readonly transport: string;
  /** Those that were tried, and what came of each, in their order. */
  readonly recipients: readonly string[];
  readonly outcomes: readonly Outcome[];
};

export function logOutcomes(log: Log, attempted: Attempted, now: number, withAddresses: boolean): void {
  const { entry, transport, recipients, outcomes } = attempted;
  const clean = withAddresses ? (text: string) => text : withoutAddresses;
  const groups = Map.groupBy(outcomes.keys(), (i) => JSON.stringify(outcomes[i]));
  for (const [first = 0, ...more] of groups.values()) {
    const outcome = outcomes[first];
    if (outcome === undefined) continue;
    const event = {
      event: 'delivery',
      queueId: entry.id,
      outcome: outcome.kind,
      transport,
      recipients: 1 + more.length,
      ...(withAddresses ? { to: [first, ...more].map((i) => recipients[i]) } : {}),
      attempt: entry.attempts + 1,
      /** Seconds since arrival, as in Postfix's log. */
      delay: (now - entry.arrived) / 1000,
      ...(outcome.kind === 'delivered'
        ? { response: clean(outcome.response) }
        : { status: outcome.status, reason: clean(outcome.reason) }),
    };
    if (outcome.kind === 'delivered') log.info(event, 'delivered');
    else log.warn(event, outcome.kind);
  }
}

function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>,;:"]+@/g, '*@');
}
