// VRFY (RFC 5321 §3.5, §7.3): switched off by disable_vrfy_command, and never an answer about who exists.

import { r252CannotVerify, r501VrfySyntax, r502VrfyDisabled } from '../reply.ts';
import { answer, type Session, type Step } from '../session.ts';

export function vrfy(session: Session, argument: string): Step {
  if (session.settings.disable_vrfy_command) return answer(session, r502VrfyDisabled);
  if (argument === '') return answer(session, r501VrfySyntax);
  return answer(session, r252CannotVerify(argument));
}
