// One queue entry: an envelope of at most 50 recipients over one spool body, and how far its delivery has come.
// A message with more recipients is several entries that name the same body. Entries are values: a change is a new entry.

import type { Envelope, MessageDsn, RecipientDsn } from '../message/envelope.ts';

/** Amazon SES takes 50 recipients a message, and a stored record stays far below 400 KB. */
export const RECIPIENTS_PER_ENTRY = 50;

/**
 * queued: delivery is tried when it is due. hold: waits for an operator's word.
 * failed: given up (expired, or refused for good by the next hop) and kept for the operator.
 * corrupt: its body is missing; kept, with an alarm.
 */
export type EntryState = 'queued' | 'hold' | 'failed' | 'corrupt';

export type RecipientStatus = 'pending' | 'delivered' | 'failed';

export type RecipientState = {
  readonly address: string;
  readonly status: RecipientStatus;
  /** What the next hop, or this relay, said last. */
  readonly reason?: string;
  /** RFC 3461. */
  readonly dsn?: RecipientDsn;
};

export type Entry = {
  /** The record's schema. */
  readonly version: 1;
  /** The queue id that the client was told; `ID-2`, `ID-3` … for the further entries of one message. */
  readonly id: string;
  /** The spool body's id: the queue id. */
  readonly body: string;
  /** Octets of the body, trace header included. */
  readonly size: number;
  readonly sender: string;
  readonly recipients: readonly RecipientState[];
  readonly bodyType: Envelope['bodyType'];
  /** RFC 3461. */
  readonly dsn?: MessageDsn;
  /** Who brought it. */
  readonly client: { readonly address: string; readonly helo: string; readonly login?: string };
  /** Milliseconds since the epoch. */
  readonly arrived: number;
  readonly state: EntryState;
  /** When delivery is next tried, ms since the epoch. */
  readonly due: number;
  /** Deliveries tried so far. */
  readonly attempts: number;
};

/** The body that an entry's id names: what stands before `-2`, `-3` … */
export function bodyOf(id: string): string {
  return id.replace(/-\d+$/, '');
}

/** The entries of one new message, due at once. */
export function newEntries(
  message: Pick<Entry, 'size' | 'client' | 'arrived'> & {
    readonly id: string;
    readonly envelope: Envelope;
    readonly hold: boolean;
  },
): Entry[] {
  const { id, envelope, size, client, arrived, hold } = message;
  const entries: Entry[] = [];
  for (let start = 0; start < envelope.recipients.length; start += RECIPIENTS_PER_ENTRY) {
    entries.push({
      version: 1,
      id: start === 0 ? id : `${id}-${start / RECIPIENTS_PER_ENTRY + 1}`,
      body: id,
      size,
      sender: envelope.sender,
      recipients: envelope.recipients
        .slice(start, start + RECIPIENTS_PER_ENTRY)
        .map((recipient) => ({ ...recipient, status: 'pending' })),
      bodyType: envelope.bodyType,
      ...(envelope.dsn !== undefined && { dsn: envelope.dsn }),
      client,
      arrived,
      state: hold ? 'hold' : 'queued',
      due: arrived,
      attempts: 0,
    });
  }
  return entries;
}
