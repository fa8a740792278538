// The conditions under which an entry may be changed, and what a change sets: each has its name here, and nowhere else is an
// expression written. Only queued entries have a shard, so whatever changes the state sets the shard or takes it away.

import type { EntryState } from '#shared/domain/queue/entry.ts';
import type { Settlement } from '#shared/ports/queue.ts';
import { all, any, changes, type Clause, clause } from './expression.ts';
import { type QueueItem, shardOf } from './queue-items.ts';

export const isNew = clause`attribute_not_exists(#id)`;
export const wasPutBy = (put: string): Clause => clause`#put = ${put}`;
export const isOwnedBy = (owner: string): Clause => clause`#owner = ${owner}`;
export const isHeld = isIn('hold');
export const isNotHeld = clause`#state <> ${'hold'}`;
/** What a flush and a hold are for. */
export const isQueuedOrFailed = any(isIn('queued'), isIn('failed'));

export function isDueAndFree(now: number): Clause {
  const isFree = any(clause`attribute_not_exists(#leasedUntil)`, clause`#leasedUntil <= ${now}`);
  return all(isIn('queued'), clause`#due <= ${now}`, isFree);
}

/** The same, of an item that has been read. */
export function isItemDueAndFree({ state, due, leasedUntil = 0 }: QueueItem, now: number): boolean {
  return state === 'queued' && due <= now && leasedUntil <= now;
}

/** Of a claim whose answer was lost, when the SDK repeats it: its owner names one claim. */
export function isLeased(owner: string, until: number): Clause {
  return all(isOwnedBy(owner), clause`#leasedUntil = ${until}`);
}

/** No key of the index changes: one write unit. */
export function lease(owner: string, until: number): Clause {
  return changes({ owner, leasedUntil: until });
}

/** `state` undefined: it stays as it is. The lease ends. */
export function keep(id: string, state: EntryState | undefined, settlement: Settlement & { kind: 'keep' }): Clause {
  const { recipients, attempts, due } = settlement;
  return changes({
    recipients: JSON.stringify(recipients),
    attempts,
    due,
    owner: undefined,
    leasedUntil: undefined,
    ...(state !== undefined && stateOf(id, state)),
  });
}

export function queue(id: string, due: number): Clause {
  return changes({ ...stateOf(id, 'queued'), due });
}

export function hold(id: string): Clause {
  return changes(stateOf(id, 'hold'));
}

function stateOf(id: string, state: EntryState): { state: EntryState; shard: string | undefined } {
  return { state, shard: state === 'queued' ? shardOf(id) : undefined };
}

function isIn(state: EntryState): Clause {
  return clause`#state = ${state}`;
}
