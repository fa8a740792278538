// The session engine: (session, input) → (next session, replies, at most one effect). It owns the order of commands and
// nothing else: each verb's rules are in verbs/, each reply's words in reply.ts. It does no I/O and never fails: every
// input of every session has an answer. Command order: RFC 5321 §4.1.4.

import * as replies from './reply.ts';
import { parseCommand } from './command.ts';
import { judgedEarly, unlessRefused } from './question.ts';
import { answer, type Input, type LineInput, type Session, type Step, withoutTransaction } from './session.ts';
import { auth, continueAuth, loginChecked, scramBegun } from './verbs/auth.ts';
import { bdat, chunkEnd } from './verbs/bdat.ts';
import { data, messageEnd, messageStored } from './verbs/data.ts';
import { ehlo, helo } from './verbs/ehlo.ts';
import { etrn } from './verbs/etrn.ts';
import { mail } from './verbs/mail.ts';
import { noop, quit, rset } from './verbs/session-control.ts';
import { judged, rcpt } from './verbs/rcpt.ts';
import { startTls } from './verbs/starttls.ts';
import { vrfy } from './verbs/vrfy.ts';
import { xclient } from './verbs/xclient.ts';
import { xforward } from './verbs/xforward.ts';

type Handler = (session: Session, argument: string, input: LineInput) => Step;

/**
 * `clear`: may be said before STARTTLS where TLS is enforced. `last`: the client must wait for the answer before it says more
 * (RFC 2920 §3.1).
 */
const VERBS: ReadonlyMap<string, { readonly handle: Handler; readonly clear?: true; readonly last?: true }> = new Map([
  ['EHLO', { handle: ehlo, clear: true, last: true }],
  ['HELO', { handle: helo, clear: true, last: true }],
  ['STARTTLS', { handle: startTls, clear: true }],
  ['AUTH', { handle: auth }],
  ['MAIL', { handle: mail }],
  ['RCPT', { handle: rcpt }],
  ['DATA', { handle: data, last: true }],
  ['BDAT', { handle: bdat }],
  ['RSET', { handle: rset }],
  ['NOOP', { handle: noop, clear: true, last: true }],
  ['QUIT', { handle: quit, clear: true }],
  ['VRFY', { handle: vrfy, last: true }],
  ['ETRN', { handle: etrn }],
  ['XCLIENT', { handle: xclient, clear: true, last: true }],
  ['XFORWARD', { handle: xforward }],
]);

/** A line that begins with no letter, or with a header field's name: no command, but what another protocol's client says. */
const NOT_SMTP = /^[^A-Z]|^[!-9;-~]+:/;

export function step(session: Session, input: Input): Step {
  const next = dispatch(session, input);
  const errors = next.replies.filter((reply) => reply.code >= 400).length;
  return errors === 0 ? next : { ...next, session: { ...next.session, errors: next.session.errors + errors } };
}

function dispatch(session: Session, input: Input): Step {
  const { myhostname } = session.settings;
  switch (input.kind) {
    case 'connect':
      return connected(withCertificate(session, input.login), input);
    case 'line':
      return line(session, input);
    case 'lineTooLong':
      return lineTooLong(session);
    case 'tlsStarted':
      // Whatever was said in the clear is forgotten (RFC 3207 §4.2).
      return answer(withCertificate(afterTls(session), input.login));
    case 'scramBegun':
      return scramBegun(session, input.beginning);
    case 'loginChecked':
      return loginChecked(session, input.result);
    case 'judged':
      return session.pending === undefined
        ? judged(session, input.verdicts)
        : judgedEarly(session, session.pending, input.verdicts?.[0]);
    case 'chunkEnd':
      return chunkEnd(session);
    case 'messageEnd':
      return messageEnd(session, input);
    case 'stored':
      return messageStored(session, queued(session, input.queueId));
    case 'notStored':
      return messageStored(session, replies.r451QueueWriteFailed);
    case 'timeout':
      return answer(session, replies.r421TimedOut(myhostname));
    case 'shutdown':
      return answer(session, replies.r421ShuttingDown(myhostname));
  }
}

function connected(
  session: Session,
  { mayXclient = false, mayXforward = false }: Input & { readonly kind: 'connect' },
): Step {
  const known = { ...session, mayXclient, mayXforward };
  return unlessRefused(known, 'client', answer(known, replies.r220Banner(session.settings.smtpd_banner)));
}

function lineTooLong(session: Session): Step {
  const { myhostname, smtpd_hard_error_limit: limit } = session.settings;
  if (session.exchange !== undefined) {
    return answer({ ...session, exchange: undefined }, replies.r500SaslResponseTooLong); // RFC 4954 §4: it fails the exchange.
  }
  return answer(
    session,
    session.errors >= limit ? replies.r421TooManyErrors(myhostname) : replies.r500LineTooLong(myhostname),
  );
}

function queued({ chunks }: Session, queueId: string): replies.Reply {
  return typeof chunks === 'number' ? replies.r250ChunksQueued(chunks, queueId) : replies.r250Queued(queueId);
}

function line(session: Session, input: LineInput): Step {
  const { settings } = session;
  if (session.exchange !== undefined) return continueAuth(session, session.exchange, input.line);
  if (session.errors >= settings.smtpd_hard_error_limit) {
    return answer(session, replies.r421TooManyErrors(settings.myhostname));
  }
  if (input.bareLf && settings.smtpd_forbid_bare_newline === 'reject') {
    return answer(session, replies.r550BareLf(settings.myhostname));
  }
  const { verb, argument } = parseCommand(input.line);
  if (session.denied && verb !== 'QUIT') {
    return answer(session, replies.r503AccessDenied(session.client.name, session.client.address));
  }
  if (verb === '') return answer(session, replies.r500BadSyntax);
  const entry = VERBS.get(verb);
  if (entry === undefined) {
    const isForeign = NOT_SMTP.test(verb) || settings.smtpd_forbidden_commands.includes(verb);
    return answer(session, isForeign ? replies.r221NotSmtp : replies.r500UnknownCommand);
  }
  if (settings.smtpd_tls_security_level === 'encrypt' && !session.tls && !entry.clear) {
    return answer(session, replies.r530MustStartTls);
  }
  // Who does not wait where one must may be made to speak SMTP by somebody else, such as a web page. Before EHLO nobody was told
  // that PIPELINING is there.
  const mustWait = entry.last === true || session.helo?.verb !== 'EHLO';
  if (settings.smtpd_forbid_unauth_pipelining && mustWait && input.moreFollows) {
    return answer(session, replies.r554Unsynchronized);
  }
  return entry.handle(session, argument, input);
}

function withCertificate(session: Session, login: string | undefined): Session {
  return login === undefined ? session : { ...session, login, loginByCertificate: true };
}

function afterTls(session: Session): Session {
  return { ...withoutTransaction(session), helo: undefined, login: undefined, tls: true };
}
