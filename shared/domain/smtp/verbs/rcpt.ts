// RCPT TO (RFC 5321 §4.1.1.3) with NOTIFY and ORCPT (RFC 3461). Recipients that arrive in one burst (RFC 2920) are judged in one policy call and answered
// one by one, in order: each RCPT joins the burst, and the last one of it asks.

import type { Recipient } from '../../message/envelope.ts';
import type { Verdict } from '../../policy/request.ts';
import { parseNotify, parseOrcpt } from '../dsn.ts';
import { isDiscarded } from '../extensions.ts';
import { parseParameters } from '../parameters.ts';
import { parsePathArgument } from '../path.ts';
import { judgeEffect } from '../question.ts';
import * as replies from '../reply.ts';
import type { Reply } from '../reply.ts';
import { answer, type LineInput, type Session, type Step, type Transaction } from '../session.ts';

export function rcpt(session: Session, argument: string, { rcptFollows, overRate }: LineInput): Step {
  const { transaction } = session;
  if (transaction === undefined) return answer(session, replies.r503NeedMail);
  const item = overRate ? replies.r450TooManyRecipients(session.client.address) : parse(session, transaction, argument);
  const joined = { ...transaction, burst: [...transaction.burst, item] };
  // Which of them count for the limit, only policy's answer shows.
  const isFull = roomFor(session, joined) <= waiting(joined).length;
  return rcptFollows && !isFull ? answer({ ...session, transaction: joined }) : close(session, joined);
}

/** How many more recipients the transaction may have. */
function roomFor({ settings }: Session, { recipients }: Transaction): number {
  return settings.smtpd_recipient_limit - recipients.length;
}

/** The burst's recipients that wait for policy's verdict. */
function waiting({ burst }: Transaction): Recipient[] {
  return burst.filter((item) => 'recipient' in item).map(({ recipient }) => recipient);
}

type BurstItem = Transaction['burst'][number];

function parse(session: Session, transaction: Transaction, argument: string): BurstItem {
  if (session.chunks !== undefined) return replies.r503RcptAfterBdat;
  const path = parsePathArgument(argument, 'TO', session.settings.strict_rfc821_envelopes);
  if (path === 'noPath') return replies.r501RcptSyntax;
  if (path === 'badPath' || path.address === '') return replies.r501BadRecipient;
  const dsn = readParameters(session, path.rest);
  if (dsn !== undefined && 'wire' in dsn) return dsn;
  if (roomFor(session, transaction) === 0) return replies.r452TooManyRecipients;
  return { recipient: { address: path.address, ...(dsn !== undefined && { dsn }) } };
}

/** What the parameters say, if anything, or why they cannot be taken. */
function readParameters(session: Session, rest: string): Recipient['dsn'] | Reply {
  let dsn: Recipient['dsn'];
  for (const { keyword, value, text } of parseParameters(rest)) {
    if ((keyword === 'NOTIFY' || keyword === 'ORCPT') && value !== undefined && isDiscarded(session, 'DSN')) {
      return replies.r501DsnDisabled;
    } else if (keyword === 'NOTIFY' && value !== undefined) {
      const notify = dsn?.notify === undefined ? parseNotify(value) : undefined;
      if (notify === undefined) return replies.r501BadNotify;
      dsn = { ...dsn, notify };
    } else if (keyword === 'ORCPT' && value !== undefined) {
      const orcpt = dsn?.orcpt === undefined ? parseOrcpt(value) : undefined;
      if (orcpt === undefined) return replies.r501BadOrcpt;
      dsn = { ...dsn, orcpt };
    } else {
      return replies.r555UnsupportedOption(text);
    }
  }
  return dsn;
}

/** The burst is whole: asks policy, or answers at once where no recipient is left to be judged. */
function close(session: Session, transaction: Transaction): Step {
  const recipients = waiting(transaction).map(({ address }) => address);
  const joined: Session = { ...session, transaction };
  if (recipients.length === 0) return judged(joined, []);
  return { session: joined, replies: [], effect: judgeEffect(joined, recipients) };
}

/** Policy has answered, or could not: then every recipient is deferred. */
export function judged(session: Session, verdicts: readonly Verdict[] | undefined): Step {
  const { transaction, settings } = session;
  if (transaction === undefined) return answer(session);
  const recipients = [...transaction.recipients];
  const out: Reply[] = [];
  let { hold } = transaction;
  let { errors } = session;
  let next = 0;
  for (const item of transaction.burst) {
    if (errors >= settings.smtpd_hard_error_limit) {
      out.push(replies.r421TooManyErrors(settings.myhostname));
      break;
    }
    if (!('recipient' in item)) {
      errors += 1;
      out.push(item);
      continue;
    }
    const verdict = verdicts?.[next++];
    if (verdict?.kind === 'permit') {
      recipients.push(item.recipient);
      hold ||= verdict.hold;
      out.push(replies.r250RecipientOk);
    } else {
      errors += 1;
      out.push(verdict?.reply ?? replies.r451PolicyUnavailable(item.recipient.address));
    }
  }
  return { session: { ...session, transaction: { ...transaction, recipients, hold, burst: [] } }, replies: out };
}
