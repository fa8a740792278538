// What the session asks of policy: about a burst of recipients, or with smtpd_delay_reject = no about the client, its name and the
// sender as soon as they are known. RCPT asks all lists again, so that what could not be asked before is asked then.

import type { Stage, Verdict } from '../policy/request.ts';
import { answer, type Effect, type Session, type Step } from './session.ts';

export function judgeEffect(session: Session, recipients: readonly string[], stages?: readonly Stage[]): Effect {
  return {
    kind: 'judge',
    request: {
      ...(stages !== undefined && { stages }),
      service: session.service,
      client: session.client,
      helo: session.helo?.name ?? '',
      ...(session.login !== undefined && { login: session.login }),
      sender: session.transaction?.sender ?? '',
      recipients,
    },
  };
}

/** Takes the step if smtpd_delay_reject does not want this list to be asked first. */
export function unlessRefused(session: Session, stage: 'client' | 'helo' | 'sender', permitted: Step): Step {
  const { settings } = session;
  if (settings.smtpd_delay_reject || settings[`smtpd_${stage}_restrictions`].length === 0) return permitted;
  return {
    session: { ...session, pending: { stage, permitted } },
    replies: [],
    effect: judgeEffect(permitted.session, [''], [stage]),
  };
}

/** Policy has answered before RCPT, or could not. */
export function judgedEarly(
  session: Session,
  { stage, permitted }: NonNullable<Session['pending']>,
  verdict: Verdict | undefined,
): Step {
  if (verdict?.kind !== 'refuse') return permitted;
  return answer({ ...session, pending: undefined, denied: session.denied || stage === 'client' }, verdict.reply);
}
