// The queue as `postqueue -p` and `postqueue -j` print it, so that eyes and scripts that know Postfix's read ours.
// `!` marks a message on hold, as in Postfix; `#` one that is given up and `?` one whose body is missing, which Postfix has not.
// Layout: Postfix's postqueue with enable_long_queue_ids.

import type { Entry } from '#shared/domain/queue/entry.ts';
import { printable } from '../text.ts';

const MARKS: Readonly<Record<Entry['state'], string>> = { queued: '', hold: '!', failed: '#', corrupt: '?' };

/** As Postfix writes the null sender. */
const NULL_SENDER = 'MAILER-DAEMON';

/** Reasons end in this column. */
const REASON_END = 76;

export function queueTable(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'Mail queue is empty\n';
  const idWidth = Math.max(17, ...entries.map((entry) => markedId(entry).length));
  const row = (id: string, size: string, arrival: string, address: string): string =>
    `${id.padEnd(idWidth)} ${size.padStart(8)} ${arrival.padEnd(19)} ${address}\n`;

  const heading = row('----Queue ID-----', '--Size--', '---Arrival Time----', '--Sender/Recipient------');
  const messages = entries.map(
    (entry) =>
      row(markedId(entry), String(entry.size), arrivalTime(entry.arrived), printable(entry.sender || NULL_SENDER)) +
      recipientLines(entry, (address) => row('', '', '', address)),
  );
  const kbytes = Math.floor(entries.reduce((sum, entry) => sum + entry.size, 0) / 1024);
  const requests = entries.length === 1 ? 'Request' : 'Requests';
  return `${heading}${messages.join('\n')}\n-- ${kbytes} Kbytes in ${entries.length} ${requests}.\n`;
}

/** One JSON object a line: postqueue's members, and ours. */
export function queueJson(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(jsonEntry(entry))}\n`).join('');
}

function jsonEntry(entry: Entry): object {
  return {
    queue_name: queueName(entry),
    queue_id: entry.id,
    arrival_time: Math.floor(entry.arrived / 1000),
    message_size: entry.size,
    sender: entry.sender || NULL_SENDER,
    recipients: due(entry).map(({ address, reason }) => ({ address, ...(reason && { delay_reason: reason }) })),
    login: entry.client.login,
    attempts: entry.attempts,
    ...(entry.state === 'queued' && { next_attempt: Math.floor(entry.due / 1000) }),
  };
}

/** Postfix's queue where there is one, or the state. */
function queueName({ state, attempts }: Entry): string {
  if (state !== 'queued') return state;
  return attempts === 0 ? 'incoming' : 'deferred';
}

/** A reason stands above the recipients that share it, and is not repeated. */
function recipientLines(entry: Entry, line: (address: string) => string): string {
  let shown = '';
  let lines = '';
  for (const { address, reason = '' } of due(entry)) {
    if (reason !== shown) lines += `${`(${printable(reason || 'reason unavailable')})`.padStart(REASON_END + 2)}\n`;
    lines += line(printable(address));
    shown = reason;
  }
  return lines;
}

/** The recipients that have not got the message. */
function due(entry: Entry): Entry['recipients'] {
  return entry.recipients.filter(({ status }) => status !== 'delivered');
}

function markedId({ id, state }: Entry): string {
  return `${id}${MARKS[state]}`;
}

/** asctime's `Wed Jun  3 21:49:08`, local time. */
function arrivalTime(ms: number): string {
  const [weekday, month, day, , time] = new Date(ms).toString().split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time}`;
}
