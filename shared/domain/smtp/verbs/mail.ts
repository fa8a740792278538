// MAIL FROM (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152), AUTH (RFC 4954 §5), RET and ENVID (RFC 3461). Whether the
// client may send as this address is judged at RCPT, or here with smtpd_delay_reject = no.

import { parseEnvid, parseRet } from '../dsn.ts';
import { isDiscarded } from '../extensions.ts';
import { parseParameters } from '../parameters.ts';
import { parsePathArgument } from '../path.ts';
import { unlessRefused } from '../question.ts';
import * as replies from '../reply.ts';
import type { Reply } from '../reply.ts';
import { answer, type LineInput, type Session, type Step, type Transaction } from '../session.ts';

export function mail(session: Session, argument: string, { overRate }: LineInput): Step {
  const { settings } = session;
  if (session.helo === undefined && settings.smtpd_helo_required) return answer(session, replies.r503SendHelo);
  if (session.transaction !== undefined) return answer(session, replies.r503NestedMail);
  if (session.chunks !== undefined) return answer(session, replies.r503MailAfterBdat);
  if (overRate && argument !== '') return answer(session, replies.r450TooMuchMail(session.client.address));
  const path = parsePathArgument(argument, 'FROM', settings.strict_rfc821_envelopes);
  if (path === 'noPath') return answer(session, replies.r501MailSyntax);
  if (path === 'badPath') return answer(session, replies.r501BadSender);

  const parameters = readParameters(session, path.rest);
  if ('wire' in parameters) return answer(session, parameters);
  const transaction: Transaction = { sender: path.address, ...parameters, recipients: [], hold: false, burst: [] };
  return unlessRefused(session, 'sender', answer({ ...session, transaction }, replies.r250SenderOk));
}

/** What the parameters say, or why they cannot be taken. */
function readParameters(session: Session, rest: string): Pick<Transaction, 'bodyType' | 'dsn'> | Reply {
  const { settings } = session;
  let bodyType: Transaction['bodyType'] = '7BIT';
  let dsn: Transaction['dsn'];
  for (const { keyword, value, text } of parseParameters(rest)) {
    if (keyword === 'SIZE' && value !== undefined) {
      if (!/^\d{1,20}$/.test(value)) return replies.r501BadSize;
      if (Number(value) > settings.message_size_limit) return replies.r552TooBig;
    } else if (keyword === 'BODY' && value !== undefined && /^(?:7BIT|8BITMIME)$/i.test(value)) {
      bodyType = value.toUpperCase() === '7BIT' ? '7BIT' : '8BITMIME';
    } else if (keyword === 'AUTH' && value !== undefined && settings.smtpd_sasl_auth_enable) {
      // RFC 4954 §5: a server that does not trust the client's word may read over it.
    } else if ((keyword === 'RET' || keyword === 'ENVID') && value !== undefined && isDiscarded(session, 'DSN')) {
      return replies.r501DsnDisabled;
    } else if (keyword === 'RET' && value !== undefined) {
      const ret = dsn?.ret === undefined ? parseRet(value) : undefined;
      if (ret === undefined) return replies.r501BadRet;
      dsn = { ...dsn, ret };
    } else if (keyword === 'ENVID' && value !== undefined) {
      const envid = dsn?.envid === undefined ? parseEnvid(value) : undefined;
      if (envid === undefined) return replies.r501BadEnvid;
      dsn = { ...dsn, envid };
    } else {
      return replies.r555UnsupportedOption(text);
    }
  }
  return { bodyType, ...(dsn !== undefined && { dsn }) };
}
