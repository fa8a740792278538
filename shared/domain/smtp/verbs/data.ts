// DATA (RFC 5321 §4.1.1.4) and what follows the final dot, or BDAT's last chunk: the message is stored, and only then said to be queued, or it
// is refused whole. Either way the transaction is over.

import * as replies from '../reply.ts';
import type { Reply } from '../reply.ts';
import {
  answer,
  envelopeOf,
  type Input,
  type LineInput,
  type Session,
  type Step,
  withoutTransaction,
} from '../session.ts';

export function data(session: Session, argument: string, { room }: LineInput): Step {
  const { transaction } = session;
  if (session.chunks !== undefined) return answer(session, replies.r503DataAfterBdat);
  if (transaction === undefined) return answer(session, replies.r503NeedRcpt);
  if (argument !== '') return answer(session, replies.r501DataSyntax);
  if (transaction.recipients.length === 0) return answer(session, replies.r554NoValidRecipients);
  if (!room) return answer(session, replies.r452NoRoom);
  return {
    session,
    replies: [replies.r354SendData],
    effect: { kind: 'receiveBody', envelope: envelopeOf(transaction) },
  };
}

export function messageEnd(session: Session, end: Input & { kind: 'messageEnd' }): Step {
  const { transaction, settings } = session;
  if (transaction === undefined) return answer(session);
  if (end.tooBig) return refuse(session, replies.r552DataTooBig);
  if (end.bareLf && settings.smtpd_forbid_bare_newline === 'reject') {
    return refuse(session, replies.r550BareLf(settings.myhostname));
  }
  if (end.hops >= settings.hopcount_limit) return refuse(session, replies.r554TooManyHops); // RFC 5321 §6.3
  return { session, replies: [], effect: { kind: 'store', envelope: envelopeOf(transaction), hold: transaction.hold } };
}

function refuse(session: Session, reply: Reply): Step {
  return { session: withoutTransaction(session), replies: [reply], effect: { kind: 'discard' } };
}

/** The message is durable, or could not be made so. Errors before an accepted message no longer count. */
export function messageStored(session: Session, reply: Reply): Step {
  const over = withoutTransaction(session);
  return answer(reply.code < 400 ? { ...over, errors: 0 } : over, reply);
}
