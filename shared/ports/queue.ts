// What has been accepted and is not finished. The queue's records are the truth; the bell (doorbell.ts) only says "look again".
//
// Who validates: the caller. A provider stores what it is given and answers for order, leases and durability.
// Durable on return: every method that changes something. May be repeated: all but `enqueue`, which refuses an id it has.
// Faults: TemporaryFault when the store does not answer; then nothing may be assumed about what was stored.

import type { Entry, EntryState, RecipientState } from '#shared/domain/queue/entry.ts';

export interface Queue {
  /** Stores the entries of one message, all or none. Resolves when they and the body that they name are durable. */
  enqueue(entries: readonly Entry[]): Promise<void>;
  /** Leases up to `limit` queued entries that are due at `now` (ms), the longest due first. Nobody else gets them until the lease ends. */
  claim(request: ClaimRequest): Promise<Entry[]>;
  /**
   * What became of a claimed entry. False if somebody else has claimed it meanwhile (nothing is changed then) or it is gone;
   * a lease that is over and that nobody has taken up is still good. `keep` leaves on hold what was held meanwhile, unless the
   * settlement ends the delivery (`failed`, `corrupt`).
   */
  settle(id: string, owner: string, settlement: Settlement): Promise<boolean>;
  /** The ids of up to `limit` entries that a claim at `now` (ms) would find, the longest due first. May be some seconds old. */
  due(now: number, limit: number): Promise<string[]>;
  /** Every entry, the oldest first. For people, not for delivery. */
  list(): Promise<Entry[]>;
  find(id: string): Promise<Entry | undefined>;
  /** Counts, for graphs and alarms. May be some seconds old. */
  summary(): Promise<QueueSummary>;
  /** Those of these bodies that no entry names. */
  unnamed(bodies: readonly string[]): Promise<string[]>;
  /** Forgets entries, whatever their state, and the bodies that no other entry names. Says which ids were there. */
  remove(ids: readonly string[]): Promise<string[]>;
  /** Makes queued and failed entries due at `now`; all of them if `ids` is left out. Says which. */
  flush(now: number, ids?: readonly string[]): Promise<string[]>;
  /** Moves queued and failed entries to `hold`, or from `hold` back to `queued`, due at `now`. Says which. */
  hold(ids: readonly string[]): Promise<string[]>;
  release(now: number, ids: readonly string[]): Promise<string[]>;
}

export interface ClaimRequest {
  /** Names this claim and no other; `settle` must show it again. */
  readonly owner: string;
  readonly now: number;
  /** Milliseconds until the entries may be claimed by somebody else. */
  readonly lease: number;
  readonly limit: number;
  /**
   * Only these, if they are queued, due and free; of more than `limit`, any. Left out: whatever is. A provider may find what it
   * was told by id sooner.
   */
  readonly ids?: readonly string[];
}

export type QueueSummary = Readonly<Record<EntryState, number>> & {
  /** When the oldest of the queued entries arrived (ms); undefined if none is queued. */
  readonly oldest: number | undefined;
};

export type Settlement =
  /** Every recipient is done: the entry goes, and its body if no other entry names it. */
  | { readonly kind: 'done' }
  /** The entry stays, changed; the lease ends. */
  | {
      readonly kind: 'keep';
      readonly state: EntryState;
      readonly recipients: readonly RecipientState[];
      readonly attempts: number;
      /** Milliseconds since the epoch. */
      readonly due: number;
    };
