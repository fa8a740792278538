// RSET, NOOP and QUIT (RFC 5321 §4.1.1.5, §4.1.1.9, §4.1.1.10).

import { r221Bye, r250Ok, r501RsetSyntax } from '../reply.ts';
import { answer, type Session, type Step, withoutTransaction } from '../session.ts';

export function rset(session: Session, argument: string): Step {
  if (argument !== '') return answer(session, r501RsetSyntax);
  return answer(withoutTransaction(session), r250Ok);
}

export function noop(session: Session): Step {
  return answer(session, r250Ok);
}

export function quit(session: Session): Step {
  return answer(session, r221Bye);
}
