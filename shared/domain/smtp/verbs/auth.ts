// AUTH (RFC 4954): the exchange's frame. What the mechanisms say is in shared/domain/sasl; whether the password is right
// is found out by the shell. A refused login keeps the session: the client may try another.

import { findMechanism, startExchange } from '../../sasl/mechanisms.ts';
import type { Exchange, SaslStep } from '../../sasl/exchange.ts';
import { signed } from '../../sasl/scram.ts';
import { isDiscarded, mechanismsOf } from '../extensions.ts';
import * as replies from '../reply.ts';
import { answer, type Input, type LineInput, type Session, type Step } from '../session.ts';

/** RFC 4954 §4: a server bounds what it takes; this is Postfix's bound, in octets. */
const MAX_RESPONSE = 12288;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function auth(session: Session, argument: string, { overRate }: LineInput): Step {
  const { settings } = session;
  if (overRate) return answer(session, replies.r450TooManyLogins(session.client.address));
  if (session.helo === undefined) return answer(session, replies.r503SendHelo);
  if (!settings.smtpd_sasl_auth_enable || isDiscarded(session, 'AUTH'))
    return answer(session, replies.r503LoginNotEnabled);
  if (session.transaction !== undefined) return answer(session, replies.r503InTransaction);
  if (settings.smtpd_tls_auth_only && !session.tls) return answer(session, replies.r504EncryptionRequired);
  if (session.login !== undefined && !session.loginByCertificate) return answer(session, replies.r503AlreadyLoggedIn);
  const [name = '', initial, ...more] = argument.split(/[ \t]+/);
  if (name === '' || more.length > 0) return answer(session, replies.r501AuthSyntax);

  const mechanism = findMechanism(settings.smtpd_sasl_mechanism_list, name);
  if (mechanism === undefined) return answer(session, replies.r535NoMechanism);
  const mechanisms = mechanismsOf(session);
  if (!mechanisms.includes(mechanism)) {
    return answer(session, replies.r535MechanismNeedsTls);
  }
  const begun: Session = { ...session, exchanges: session.exchanges + 1 };
  const challenge = `<${session.nonce}.${begun.exchanges}@${settings.myhostname}>`;
  const exchange = startExchange(mechanism, {
    challenge,
    plusAnnounced: mechanisms.includes('SCRAM-SHA-256-PLUS'),
  });
  if (initial === undefined) return follow(begun, exchange(undefined));
  // RFC 4954 §4: `=` is an empty initial response.
  return respond(begun, exchange, initial === '=' ? '' : initial);
}

/** The client's line inside an exchange. */
export function continueAuth(session: Session, exchange: Exchange, line: string): Step {
  const over: Session = { ...session, exchange: undefined };
  return line === '*' ? answer(over, replies.r501LoginAborted) : respond(over, exchange, line);
}

function respond(session: Session, exchange: Exchange, text: string): Step {
  if (text.length > MAX_RESPONSE) return answer(session, replies.r500SaslResponseTooLong);
  if (!BASE64.test(text)) return answer(session, replies.r535BadResponse);
  return follow(session, exchange(Buffer.from(text, 'base64')));
}

function follow(session: Session, next: SaslStep): Step {
  switch (next.kind) {
    case 'challenge':
      return answer({ ...session, exchange: next.next }, replies.r334Challenge(next.challenge.toString('base64')));
    case 'beginning': {
      const { login, binding } = next;
      const effect = { kind: 'beginScram', login, ...(binding !== undefined && { binding }) } as const;
      return { session: { ...session, scram: next.next }, replies: [], effect };
    }
    case 'attempt':
      return { session, replies: [], effect: { kind: 'checkLogin', attempt: next.attempt } };
    case 'loggedIn':
      return answer({ ...session, login: next.login, loginByCertificate: false }, replies.r235LoggedIn);
    case 'malformed':
      return answer(session, replies.r535BadResponse);
  }
}

export function scramBegun(session: Session, beginning: (Input & { kind: 'scramBegun' })['beginning']): Step {
  const { scram } = session;
  const over: Session = { ...session, scram: undefined };
  if (beginning === 'unavailable' || scram === undefined) return answer(over, replies.r454LoginUnavailable);
  return follow(over, scram(beginning));
}

export function loginChecked(session: Session, result: (Input & { kind: 'loginChecked' })['result']): Step {
  if (result === 'refused') return answer(session, replies.r535LoginFailed);
  if (result === 'unavailable') return answer(session, replies.r454LoginUnavailable);
  const { login, serverSignature } = result;
  return follow(session, serverSignature === undefined ? { kind: 'loggedIn', login } : signed(login, serverSignature));
}
