// EHLO and HELO (RFC 5321 §4.1.1.1): the client's name; a transaction under way is over. A second one is allowed.

import { extensions } from '../extensions.ts';
import { unlessRefused } from '../question.ts';
import { r250Extensions, r250Hello, r501EhloSyntax, r501HeloSyntax } from '../reply.ts';
import { answer, type Session, type Step, withoutTransaction } from '../session.ts';

export function ehlo(session: Session, argument: string): Step {
  if (argument === '') return answer(session, r501EhloSyntax);
  const greeted: Session = { ...withoutTransaction(session), helo: { verb: 'EHLO', name: nameOf(argument) } };
  const reply = r250Extensions(session.settings.myhostname, extensions(greeted));
  return unlessRefused(session, 'helo', answer(greeted, reply));
}

export function helo(session: Session, argument: string): Step {
  if (argument === '') return answer(session, r501HeloSyntax);
  const greeted: Session = { ...withoutTransaction(session), helo: { verb: 'HELO', name: nameOf(argument) } };
  return unlessRefused(session, 'helo', answer(greeted, r250Hello(session.settings.myhostname)));
}

/** As Postfix keeps it: what could be taken for more than a name is blanked, since it is written into the trace header. */
function nameOf(argument: string): string {
  return argument.replace(/[ \t]+/g, ' ').replace(/[^\x21-\x7e]|[<>()\\";@]/g, '?');
}
