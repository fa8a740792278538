// STARTTLS (RFC 3207). Whatever the client sent behind it in the clear is thrown away by the shell (CVE-2011-0411).

import { isDiscarded } from '../extensions.ts';
import { r220StartTls, r501StartTlsSyntax, r502NotImplemented, r554TlsActive } from '../reply.ts';
import { answer, type Session, type Step } from '../session.ts';

export function startTls(session: Session, argument: string): Step {
  if (argument !== '') return answer(session, r501StartTlsSyntax);
  if (session.tls) return answer(session, r554TlsActive);
  if (session.settings.smtpd_tls_security_level === 'none' || isDiscarded(session, 'STARTTLS')) {
    return answer(session, r502NotImplemented);
  }
  return { session, replies: [r220StartTls], effect: { kind: 'startTls' } };
}
