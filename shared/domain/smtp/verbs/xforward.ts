// XFORWARD (Postfix's XFORWARD_README): an authorized client, such as a content filter, says where the next message came from, for
// the log and the queue alone: what is permitted is judged by the client itself. It holds until the transaction ends.

import { address, type AttributeRule, hostname, oneOf, parseAttributes, port, text } from '../attributes.ts';
import * as replies from '../reply.ts';
import { answer, type Session, type Step } from '../session.ts';

const LONGEST_PROTOCOL = 64;

const RULES: ReadonlyMap<string, AttributeRule> = new Map([
  ['NAME', hostname],
  ['ADDR', address],
  ['PROTO', text(LONGEST_PROTOCOL)],
  ['HELO', text()],
  ['SOURCE', oneOf('LOCAL', 'REMOTE', '[UNAVAILABLE]')],
  ['PORT', port],
  ['IDENT', text()],
]);

export const XFORWARD_KEYWORD = `XFORWARD ${[...RULES.keys()].join(' ')}`;

export function xforward(session: Session, argument: string): Step {
  if (session.transaction !== undefined) return answer(session, replies.r503InTransaction);
  if (argument === '') return answer(session, replies.r501XforwardSyntax);
  if (!session.mayXforward) return answer(session, replies.r550NotAuthorized);
  const said = parseAttributes('XFORWARD', argument, RULES);
  if ('wire' in said) return answer(session, said);
  const before = session.forwarded;
  const forwarded = {
    address: said.get('ADDR') ?? before?.address ?? 'unknown',
    helo: said.get('HELO') ?? before?.helo ?? 'unknown',
  };
  return answer({ ...session, forwarded }, replies.r250Ok);
}
