// XCLIENT (Postfix's XCLIENT_README): an authorized client, such as an admin's test or a proxy, says whom it wants to be taken for.
// The session begins again, with a new banner. PORT, REVERSE_NAME and the server's address are read and mean nothing here.

import {
  address,
  type AttributeRule,
  hostname,
  isUnavailable,
  oneOf,
  parseAttributes,
  port,
  text,
} from '../attributes.ts';
import * as replies from '../reply.ts';
import { answer, type Session, type Step, withoutTransaction } from '../session.ts';

const RULES: ReadonlyMap<string, AttributeRule> = new Map([
  ['NAME', hostname],
  ['ADDR', address],
  ['PROTO', oneOf('SMTP', 'ESMTP')],
  ['HELO', text()],
  ['REVERSE_NAME', hostname],
  ['PORT', port],
  ['LOGIN', (value) => (isUnavailable(value) ? '' : value)],
  ['DESTADDR', address],
  ['DESTPORT', port],
]);

export const XCLIENT_KEYWORD = `XCLIENT ${[...RULES.keys()].join(' ')}`;

export function xclient(session: Session, argument: string): Step {
  if (session.transaction !== undefined) return answer(session, replies.r503InTransaction);
  if (argument === '') return answer(session, replies.r501XclientSyntax);
  if (!session.mayXclient) return answer(session, replies.r550NotAuthorized);
  const said = parseAttributes('XCLIENT', argument, RULES);
  if ('wire' in said) return answer(session, said);
  const { client } = session;
  const name = said.get('HELO') ?? 'unknown';
  const login = said.get('LOGIN') ?? '';
  const begun: Session = {
    ...withoutTransaction(session),
    client: { ...client, name: said.get('NAME') ?? client.name, address: said.get('ADDR') ?? client.address },
    helo: name === 'unknown' ? undefined : { verb: said.get('PROTO') === 'ESMTP' ? 'EHLO' : 'HELO', name },
    login: login === '' ? undefined : login,
    loginByCertificate: false,
    denied: false,
  };
  return { session: begun, replies: [], effect: { kind: 'beginAgain' } };
}
