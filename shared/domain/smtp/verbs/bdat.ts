// BDAT (RFC 3030 §2): the next octets are a part of the message, and LAST says that it is whole. Whatever the answer is, the
// octets that were announced are read first, so that both sides know where the next command begins; behind a refusal all
// chunks are thrown away until the last one or RSET, as in Postfix.

import { isDiscarded } from '../extensions.ts';
import * as replies from '../reply.ts';
import type { Reply } from '../reply.ts';
import {
  answer,
  type Chunk,
  envelopeOf,
  type LineInput,
  type Session,
  type Step,
  withoutTransaction,
} from '../session.ts';

export function bdat(session: Session, argument: string, { room }: LineInput): Step {
  if (isDiscarded(session, 'CHUNKING')) return answer(session, replies.r521NotImplemented);
  const [, count, end] = /^(\d{1,15})(?:[ \t]+(LAST))?$/i.exec(argument) ?? [];
  // Nobody knows how many octets follow.
  if (count === undefined) return answer(session, replies.r521BdatSyntax);
  const octets = Number(count);
  const last = end !== undefined;
  const refusal = refusalOf(session, { octets, last }, room);
  const { transaction } = session;
  if (refusal !== undefined || transaction === undefined) {
    const chunk = { octets, last, ...(refusal !== undefined && { refusal }) };
    return { session: { ...session, chunk }, replies: [], effect: { kind: 'receiveChunk', octets, last } };
  }
  return {
    session: { ...session, chunks: receivedOf(session) + octets, chunk: { octets, last } },
    replies: [],
    effect: { kind: 'receiveChunk', octets, last, envelope: envelopeOf(transaction) },
  };
}

function refusalOf(session: Session, { octets, last }: Chunk, room: boolean): Reply | undefined {
  const { transaction, chunks, settings } = session;
  if (octets === 0 && !last) return replies.r551NullChunk;
  if (chunks === 'failed') return replies.r551Discarded(octets);
  if (transaction === undefined) return replies.r503NeedRcpt;
  if (transaction.recipients.length === 0) return replies.r554NoValidRecipients;
  if (chunks === undefined && !room) return replies.r452NoRoom;
  if (octets > settings.message_size_limit - receivedOf(session)) return replies.r552ChunkTooBig;
  return undefined;
}

function receivedOf({ chunks }: Session): number {
  return typeof chunks === 'number' ? chunks : 0;
}

/** The octets of a chunk that does not end a message have come. */
export function chunkEnd(session: Session): Step {
  const { chunk } = session;
  if (chunk === undefined) return answer(session);
  const { octets, last, refusal } = chunk;
  const over: Session = { ...session, chunk: undefined };
  if (refusal === undefined) return answer(over, replies.r250Chunk(octets));
  return answer(last ? withoutTransaction(over) : { ...over, chunks: 'failed' }, refusal);
}
