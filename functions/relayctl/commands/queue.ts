// The queue as its operator sees and moves it: Postfix's postqueue, postcat and postsuper.
// A command does all that it can before it reports the ids that it could do nothing for.

import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Body } from '#shared/ports/spool.ts';
import { headerSection } from '../header-section.ts';
import { OperatorError } from '../operator-error.ts';
import type { Output, Relay } from '../relay.ts';
import { count, minute, printable, table } from '../text.ts';
import { queueJson, queueTable } from './queue-list.ts';

const STATES: Readonly<Record<Entry['state'], string>> = {
  queued: 'queued',
  hold: 'on hold',
  failed: 'given up',
  corrupt: 'corrupt, its body is missing',
};

export async function* queueList(queue: Relay['queue'], { json }: { json: boolean }): Output {
  const entries = await queue.list();
  yield json ? queueJson(entries) : queueTable(entries);
}

/** The envelope, then the header section; or nothing but the message's own octets. */
export async function* queueShow(
  queue: Relay['queue'],
  spool: Relay['spool'],
  id: string,
  shown: { body: boolean },
): Output {
  const entry = await queue.find(id);
  if (entry === undefined)
    throw new OperatorError(`${printable(id)} is not in the queue; relayctl queue list shows the queue`);
  if (!shown.body) yield `${envelope(entry)}\n`;
  const body = await bodyOf(spool, entry);
  if (shown.body) yield* body.chunks();
  else yield await headerSection(body.chunks());
}

export async function* queueDelete(queue: Relay['queue'], ids: readonly string[]): Output {
  const deleted = await queue.remove(ids);
  yield `Deleted ${count(deleted.length, 'message')}.\n`;
  await explainMissed(queue, ids, deleted);
}

export async function* queueDeleteAll(queue: Relay['queue']): Output {
  const entries = await queue.list();
  const deleted = await queue.remove(entries.map((entry) => entry.id));
  yield `Deleted ${count(deleted.length, 'message')}.\n`;
}

/** All that may be tried if no id is given. */
export async function* queueFlush(queue: Relay['queue'], ids: readonly string[], now: number): Output {
  const flushed = await (ids.length === 0 ? queue.flush(now) : queue.flush(now, ids));
  yield `Flushed ${count(flushed.length, 'message')}: due now.\n`;
  await explainMissed(queue, ids, flushed);
}

export async function* queueHold(queue: Relay['queue'], ids: readonly string[]): Output {
  const held = await queue.hold(ids);
  yield `Put ${count(held.length, 'message')} on hold.\n`;
  await explainMissed(queue, ids, held);
}

export async function* queueRelease(queue: Relay['queue'], ids: readonly string[], now: number): Output {
  const released = await queue.release(now, ids);
  yield `Released ${count(released.length, 'message')} from hold: due now.\n`;
  await explainMissed(queue, ids, released);
}

function envelope(entry: Entry): string {
  const { address, helo, login } = entry.client;
  const about = table([
    ['queue id', entry.id],
    ['state', stateOf(entry)],
    ['sender', printable(`<${entry.sender}>`)],
    ['client', printable(`${address} (${helo})${login === undefined ? '' : `, logged in as ${login}`}`)],
    ['arrived', minute(entry.arrived)],
    ['size', `${entry.size} octets, ${entry.bodyType}`],
  ]);
  const recipients = entry.recipients.map(({ address: recipient, status, reason }) => [
    printable(`<${recipient}>`),
    status,
    reason === undefined ? '' : printable(`(${reason})`),
  ]);
  return `${about}\n${table(recipients)}`;
}

function stateOf({ state, attempts, due }: Entry): string {
  const tried = attempts === 0 ? 'not tried yet' : `tried ${count(attempts, 'time')}`;
  return `${STATES[state]}, ${tried}${state === 'queued' ? `, due ${minute(due)}` : ''}`;
}

async function bodyOf(spool: Relay['spool'], entry: Entry): Promise<Body> {
  const body = await spool.open(entry.body);
  if (body) return body;
  throw new OperatorError(
    `the body of ${entry.id} is missing; relayctl queue delete ${entry.id} forgets what is left of it`,
  );
}

/** Throws if something was asked for and not done: no such id, or one in a state that does not allow it. */
async function explainMissed(queue: Relay['queue'], ids: readonly string[], done: readonly string[]): Promise<void> {
  const missed = [...new Set(ids)].filter((id) => !done.includes(id));
  const entries = await Promise.all(missed.map((id) => queue.find(id)));
  const complaints = entries.map(
    (entry, i) => `${printable(missed[i] ?? '')} is ${entry ? STATES[entry.state] : 'not in the queue'}`,
  );
  if (complaints.length > 0) throw new OperatorError(`${complaints.join(', ')}; relayctl queue list shows the queue`);
}
