// One delivery attempt for one entry: its body, its recipients by transport, one call to each transport, in parallel.
// It never throws: whatever goes wrong without an outcome is temporary for the recipients that it struck.

import type { Settings } from '#shared/config/settings.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import { recipientsToTry } from '#shared/domain/delivery/after-attempt.ts';
import { routeOf, type RouteSettings } from '#shared/domain/delivery/route.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Body, Spool } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { logOutcomes } from './log.ts';

export type AttemptSettings = RouteSettings & Pick<Settings, 'log_addresses'>;

export type AttemptContext = {
  readonly spool: Spool;
  readonly transports: Readonly<Record<string, Transport>>;
  readonly settings: AttemptSettings;
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds for all of it. A transport that has not answered by then is broken off, and in trouble. */
  readonly limit: number;
  /** Told what every call to a transport came to. */
  readonly onOutcomes: (transport: string, outcomes: readonly Outcome[]) => void;
};

/** Milliseconds for a transport that is broken off to say what it has done. */
const GRACE = 1000;

export type AttemptResult =
  /** In the positions of the entry's recipients; a hole where a recipient was not tried. */
  { readonly kind: 'tried'; readonly outcomes: readonly (Outcome | undefined)[] } | { readonly kind: 'no body' };

export async function attempt(entry: Entry, context: AttemptContext): Promise<AttemptResult> {
  const { spool, settings, log, now } = context;
  const end = now() + context.limit;
  const positions = recipientsToTry(entry);
  const outcomes: (Outcome | undefined)[] = entry.recipients.map(() => undefined);
  let body: Body | undefined;
  try {
    body = await within(context.limit, spool.open(entry.body), () => {
      throw new TemporaryFault(`the spool has not answered within ${seconds(context.limit)} seconds`);
    });
  } catch (err) {
    log.error({ event: 'spool', queueId: entry.id, err }, 'the body cannot be read now');
    for (const position of positions) outcomes[position] = trouble('the spool does not answer', 'recipient');
    return { kind: 'tried', outcomes };
  }
  if (body === undefined) return { kind: 'no body' };

  const message = body;
  const address = (position: number): string => entry.recipients[position]?.address ?? '';
  const routes = Map.groupBy(positions, (position) => routeOf(address(position), settings));
  await Promise.all(
    [...routes].map(async ([transport, group]) => {
      const recipients = group.map(address);
      const said = await callTransport(transport, entry, recipients, message, { ...context, limit: end - now() });
      for (const [i, position] of group.entries()) outcomes[position] = said[i];
      logOutcomes(log, { entry, transport, recipients, outcomes: said }, now(), settings.log_addresses);
      context.onOutcomes(transport, said);
    }),
  );
  return { kind: 'tried', outcomes };
}

async function callTransport(
  name: string,
  entry: Entry,
  recipients: readonly string[],
  body: Body,
  context: AttemptContext,
): Promise<Outcome[]> {
  const transport = context.transports[name];
  if (transport === undefined) return recipients.map(() => trouble(`there is no transport ${name}`, 'transport'));
  const late = `${name} has not answered within ${seconds(context.limit)} seconds`;
  const timeIsOver = new AbortController();
  const timer = setTimeout(() => timeIsOver.abort(new Error(late)), context.limit);
  try {
    const delivery = transport.deliver(entry, recipients, body, timeIsOver.signal);
    return await within(context.limit + GRACE, delivery, () => recipients.map(() => trouble(late, 'transport')));
  } catch (err) {
    if (timeIsOver.signal.aborted) return recipients.map(() => trouble(late, 'transport'));
    context.log.error(
      { event: 'transport', queueId: entry.id, transport: name, err },
      'a transport failed unexpectedly',
    );
    return recipients.map(() => trouble('unexpected trouble in this relay; its log has the details', 'recipient'));
  } finally {
    clearTimeout(timer);
  }
}

/** What `work` comes to; what `late` says if that takes longer than `limit` ms. */
async function within<T>(limit: number, work: Promise<T>, late: () => T): Promise<T> {
  const { promise: time, resolve } = Promise.withResolvers<'over'>();
  const timer = setTimeout(() => resolve('over'), limit);
  try {
    const first = await Promise.race([work.then((result) => ({ result })), time]);
    return first === 'over' ? late() : first.result;
  } finally {
    clearTimeout(timer);
  }
}

function seconds(time: number): number {
  return Math.round(time / 1000);
}

function trouble(reason: string, scope: 'recipient' | 'transport'): Outcome {
  return { kind: 'deferred', status: '4.3.0', reason, scope };
}
