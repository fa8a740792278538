// A pure SMTP session for tests: lines in, replies out. Effects are done at once by simple rules: the password `secret` is
// right, refused.example is refused as recipient or asked for alone, and every message is stored as queue id QUEUED.

import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import type { LoginAttempt } from '#shared/domain/sasl/exchange.ts';
import { makeVerifier, proofMatches, saltPassword, serverSignature } from '#shared/domain/sasl/verifier.ts';
import {
  type Input,
  newSession,
  type RightLogin,
  type Session,
  type SessionSettings,
  type Step,
} from '#shared/domain/smtp/session.ts';
import { type Reply, r554HeloRejected, r554RelayDenied, r554SenderRejected } from '#shared/domain/smtp/reply.ts';
import { step } from '#shared/domain/smtp/step.ts';
import { isRcpt } from '#shared/domain/smtp/command.ts';

export const SETTINGS: SessionSettings = {
  myhostname: 'mail.example.jp',
  smtpd_banner: 'mail.example.jp ESMTP',
  smtpd_helo_required: true,
  strict_rfc821_envelopes: true,
  smtpd_forbid_unauth_pipelining: true,
  smtpd_forbid_bare_newline: 'normalize',
  smtpd_forbidden_commands: ['CONNECT', 'GET', 'POST'],
  smtpd_discard_ehlo_keywords: [],
  disable_vrfy_command: true,
  smtpd_delay_reject: true,
  smtpd_client_restrictions: ['reject'],
  smtpd_helo_restrictions: ['reject'],
  smtpd_sender_restrictions: ['reject'],
  smtpd_etrn_restrictions: ['reject'],
  message_size_limit: 10485760,
  hopcount_limit: 50,
  smtpd_recipient_limit: 3,
  smtpd_hard_error_limit: 20,
  broken_sasl_auth_clients: true,
  smtpd_sasl_auth_enable: true,
  smtpd_sasl_mechanism_list: ['CRAM-MD5', 'PLAIN', 'LOGIN'],
  smtpd_sasl_security_options: ['noanonymous'],
  smtpd_sasl_tls_security_options: ['noanonymous'],
  smtpd_tls_security_level: 'may',
  smtpd_tls_auth_only: false,
};

/** What a SCRAM exchange begins with: our half of the nonce and the salt of RFC 7677's example. */
const SCRAM = {
  nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  iterations: 4096,
};
const CHANNEL_BINDING = Buffer.from('this channel');
const SECRET = makeVerifier('secret', saltPassword('secret', SCRAM.salt, SCRAM.iterations));

function checkLogin(attempt: LoginAttempt): 'refused' | RightLogin {
  const { login } = attempt;
  if ('proof' in attempt && proofMatches(SECRET, attempt.authMessage, attempt.proof)) {
    return { login, serverSignature: serverSignature(SECRET, attempt.authMessage) };
  }
  return 'password' in attempt && attempt.password === 'secret' ? { login } : 'refused';
}

export class TestSession {
  session: Session;
  /** Policy calls, each with its recipients. */
  readonly bursts: (readonly string[])[] = [];
  receiving = false;
  closed = false;
  /** The client has sent too many of whatever it sends. */
  overRate = false;

  constructor(settings: Partial<SessionSettings> = {}, tls = false) {
    this.session = newSession({
      service: 'submission',
      settings: { ...SETTINGS, ...settings },
      client: { address: '192.0.2.1', name: 'unknown' },
      nonce: '12345',
      tls,
    });
  }

  /** The replies to one input and to what its effects gave, as they go out. */
  input(input: Input): string {
    const next = step(this.session, input);
    this.session = next.session;
    this.closed ||= next.replies.some((reply) => reply.close);
    const out = next.replies.map((reply) => reply.wire).join('');
    const result = next.effect === undefined ? undefined : this.#perform(next.effect);
    return result === undefined ? out : out + this.input(result);
  }

  /** Lines that arrive together. */
  lines(...lines: readonly string[]): string {
    return lines
      .map((line, i) => {
        if (this.closed) return '';
        return this.input({
          kind: 'line',
          line,
          bareLf: false,
          rcptFollows: isRcpt(line) && isRcpt(lines[i + 1] ?? ''),
          moreFollows: i + 1 < lines.length,
          overRate: this.overRate,
          room: true,
        });
      })
      .join('');
  }

  /** The message's end. */
  end(facts: { hops?: number; tooBig?: boolean; bareLf?: boolean } = {}): string {
    this.receiving = false;
    return this.input({ kind: 'messageEnd', hops: 0, tooBig: false, bareLf: false, ...facts });
  }

  #perform(effect: NonNullable<Step['effect']>): Input | undefined {
    switch (effect.kind) {
      case 'beginAgain':
        return { kind: 'connect', mayXclient: true, mayXforward: true };
      case 'startTls':
        return { kind: 'tlsStarted' };
      case 'beginScram':
        return { kind: 'scramBegun', beginning: { ...SCRAM, channelBinding: effect.binding && CHANNEL_BINDING } };
      case 'checkLogin':
        return { kind: 'loginChecked', result: checkLogin(effect.attempt) };
      case 'judge':
        this.bursts.push(effect.request.recipients);
        return {
          kind: 'judged',
          verdicts: effect.request.recipients.map((recipient) => verdictOf(effect.request, recipient)),
        };
      case 'store':
        return { kind: 'stored', queueId: 'QUEUED' };
      case 'receiveBody':
        this.receiving = true;
        return undefined;
      case 'receiveChunk':
        return effect.last && effect.envelope !== undefined
          ? { kind: 'messageEnd', hops: 0, tooBig: false, bareLf: false }
          : { kind: 'chunkEnd' };
      case 'discard':
        return undefined;
    }
  }
}

function verdictOf({ stages, helo, sender }: PolicyRequest, recipient: string): Verdict {
  if (stages?.includes('helo') && helo === 'refused.example') return refused(r554HeloRejected(helo));
  if (stages?.includes('sender') && isRefused(sender)) return refused(r554SenderRejected(sender));
  return isRefused(recipient) ? refused(r554RelayDenied(recipient)) : { kind: 'permit', hold: false };
}

const isRefused = (address: string): boolean => address.endsWith('@refused.example');
const refused = (reply: Reply): Verdict => ({ kind: 'refuse', reply });
