// The smtpd_*_restrictions lists, in Postfix's order (SMTPD_ACCESS_README). All of them speak at RCPT, and with
// smtpd_delay_reject = no some have spoken before. A permit ends its own list only; the first refusal is the answer. A recipient that no list refuses passes.

import { type PolicyRequest, type Stage, STAGES, type Verdict } from './request.ts';
import type { RestrictionName } from './restriction-names.ts';
import { hold, permit, reject } from './restrictions/access.ts';
import { permitMynetworks } from './restrictions/permit-mynetworks.ts';
import { permitSaslAuthenticated } from './restrictions/permit-sasl-authenticated.ts';
import { rejectSenderLoginMismatch } from './restrictions/reject-sender-login-mismatch.ts';
import { rejectUnauthDestination } from './restrictions/reject-unauth-destination.ts';
import type { PolicyFacts, Question, Restriction } from './restrictions/restriction.ts';

const RESTRICTIONS: Readonly<Record<RestrictionName, Restriction>> = {
  permit,
  reject,
  hold,
  permit_mynetworks: permitMynetworks,
  permit_sasl_authenticated: permitSaslAuthenticated,
  reject_unauth_destination: rejectUnauthDestination,
  reject_sender_login_mismatch: rejectSenderLoginMismatch,
};

export type RestrictionLists = {
  readonly [stage in Stage as `smtpd_${stage}_restrictions`]: readonly RestrictionName[];
};

/** Each stage and the name of its list. */
const LISTS = STAGES.map((stage) => [stage, `smtpd_${stage}_restrictions`] as const);

/** One verdict per recipient, in order. */
export function judge(request: PolicyRequest, facts: PolicyFacts, lists: RestrictionLists): Verdict[] {
  return request.recipients.map((recipient) => judgeRecipient({ request, recipient, facts }, lists));
}

function judgeRecipient(question: Omit<Question, 'stage'>, lists: RestrictionLists): Verdict {
  const { stages } = question.request;
  let hold = false;
  for (const [stage, list] of LISTS) {
    if (stages !== undefined && !stages.includes(stage)) continue;
    const asked = { ...question, stage };
    for (const name of lists[list]) {
      const action = RESTRICTIONS[name](asked);
      if (action === 'permit') break;
      if (action === 'hold') hold = true;
      else if (action !== 'dunno') return { kind: 'refuse', reply: action };
    }
  }
  return { kind: 'permit', hold };
}
