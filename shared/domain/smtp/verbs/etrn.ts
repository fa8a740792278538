// ETRN (RFC 1985): this relay keeps no queue per domain that a stranger may start, so it is refused by
// smtpd_etrn_restrictions, or at best not available.

import { r459EtrnUnavailable, r500EtrnSyntax, r503EtrnSendHelo, r554EtrnRejected } from '../reply.ts';
import { answer, type Session, type Step } from '../session.ts';

export function etrn(session: Session, argument: string): Step {
  if (session.helo === undefined && session.settings.smtpd_helo_required) return answer(session, r503EtrnSendHelo);
  if (argument === '' || /[ \t]/.test(argument)) return answer(session, r500EtrnSyntax);
  if (session.settings.smtpd_etrn_restrictions.includes('reject')) return answer(session, r554EtrnRejected(argument));
  return answer(session, r459EtrnUnavailable(argument));
}
