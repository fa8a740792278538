// MAIL FROM (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152) and AUTH (RFC 4954 §5). Whether the client may send
// as this address is judged at RCPT (smtpd_delay_reject).

import { parseParameters } from '../parameters.ts';
import { parsePathArgument } from '../path.ts';
import * as replies from '../reply.ts';
import { answer, type Session, type Step, type Transaction } from '../session.ts';

export function mail(session: Session, argument: string): Step {
  const { settings } = session;
  if (session.helo === undefined && settings.smtpd_helo_required) return answer(session, replies.r503SendHelo);
  if (session.transaction !== undefined) return answer(session, replies.r503NestedMail);
  const path = parsePathArgument(argument, 'FROM', settings.strict_rfc821_envelopes);
  if (path === 'noPath') return answer(session, replies.r501EnhancedSyntax('MAIL FROM:<address>'));
  if (path === 'badPath') return answer(session, replies.r501BadSender);

  let bodyType: Transaction['bodyType'] = '7BIT';
  for (const { keyword, value, text } of parseParameters(path.rest)) {
    if (keyword === 'SIZE' && value !== undefined) {
      if (!/^\d{1,20}$/.test(value)) return answer(session, replies.r501BadSize);
      if (Number(value) > settings.message_size_limit) return answer(session, replies.r552TooBig);
    } else if (keyword === 'BODY' && value !== undefined && /^(?:7BIT|8BITMIME)$/i.test(value)) {
      bodyType = value === '7BIT' ? '7BIT' : '8BITMIME';
    } else if (keyword === 'AUTH' && value !== undefined && settings.smtpd_sasl_auth_enable) {
      // RFC 4954 §5: a server that does not trust the client's word may read over it.
    } else {
      return answer(session, replies.r555UnsupportedOption(text));
    }
  }
  const transaction: Transaction = { sender: path.address, bodyType, recipients: [], hold: false, burst: [] };
  return answer({ ...session, transaction }, replies.r250SenderOk);
}
