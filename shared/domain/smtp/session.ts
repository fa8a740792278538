// One SMTP session as a value: what is known of the client and how far its transaction has come (RFC 5321 §3, §4.1.4).
// A session never changes, and all have the same fields, so that a copy is cheap; `step` (step.ts) makes the next one from an input. What the outside must do meanwhile is an
// effect, and its result comes back as an input.

import type { Envelope, Recipient } from '../message/envelope.ts';
import type { PolicyRequest, Stage, Verdict } from '../policy/request.ts';
import type { Exchange, LoginAttempt, SaslStep, ScramBeginning } from '../sasl/exchange.ts';
import type { Reply } from './reply.ts';

/** The settings that the session obeys, named and meant as in Postfix. */
export type SessionSettings = {
  readonly myhostname: string;
  readonly smtpd_banner: string;
  readonly smtpd_helo_required: boolean;
  readonly strict_rfc821_envelopes: boolean;
  readonly smtpd_forbid_unauth_pipelining: boolean;
  readonly smtpd_forbid_bare_newline: 'normalize' | 'reject';
  /** Upper case. */
  readonly smtpd_forbidden_commands: readonly string[];
  /** Upper case. */
  readonly smtpd_discard_ehlo_keywords: readonly string[];
  readonly disable_vrfy_command: boolean;
  readonly smtpd_delay_reject: boolean;
  readonly smtpd_client_restrictions: readonly string[];
  readonly smtpd_helo_restrictions: readonly string[];
  readonly smtpd_sender_restrictions: readonly string[];
  readonly smtpd_etrn_restrictions: readonly string[];
  /** Octets. */
  readonly message_size_limit: number;
  readonly hopcount_limit: number;
  readonly smtpd_recipient_limit: number;
  readonly smtpd_hard_error_limit: number;
  readonly broken_sasl_auth_clients: boolean;
  readonly smtpd_sasl_auth_enable: boolean;
  readonly smtpd_sasl_mechanism_list: readonly string[];
  readonly smtpd_sasl_security_options: readonly string[];
  readonly smtpd_sasl_tls_security_options: readonly string[];
  readonly smtpd_tls_security_level: 'none' | 'may' | 'encrypt';
  readonly smtpd_tls_auth_only: boolean;
};

export type Session = {
  /** The service's name in the settings. */
  readonly service: string;
  readonly settings: SessionSettings;
  readonly client: PolicyRequest['client'];
  /** Digits that no other session has, for CRAM-MD5's challenges (RFC 2195 §2). */
  readonly nonce: string;
  readonly tls: boolean;
  readonly helo: { readonly verb: 'HELO' | 'EHLO'; readonly name: string } | undefined;
  readonly login: string | undefined;
  /** The login is that of the client's TLS certificate; AUTH may still take its place. */
  readonly loginByCertificate: boolean;
  /** Whether the client may say XCLIENT, or XFORWARD. */
  readonly mayXclient: boolean;
  readonly mayXforward: boolean;
  /** Where the next message came from, as XFORWARD said. */
  readonly forwarded: { readonly address: string; readonly helo: string } | undefined;
  /** An AUTH exchange that waits for the client's next response. */
  readonly exchange: Exchange | undefined;
  /** SCRAM's exchange that waits for what it begins with. */
  readonly scram: (SaslStep & { kind: 'beginning' })['next'] | undefined;
  /** How many exchanges there were. */
  readonly exchanges: number;
  readonly transaction: Transaction | undefined;
  /** Once BDAT has been said: how many octets of the message there are; or it has failed, and what comes is thrown away. */
  readonly chunks: number | 'failed' | undefined;
  /** The chunk that is coming. */
  readonly chunk: Chunk | undefined;
  /** What was asked of policy before RCPT, and what follows if nothing is refused. */
  readonly pending: { readonly stage: Stage; readonly permitted: Step } | undefined;
  /** The client was refused when it connected: it may do nothing but QUIT. */
  readonly denied: boolean;
  /** Errors since the last accepted message. */
  readonly errors: number;
};

export type Chunk = {
  readonly octets: number;
  readonly last: boolean;
  /** What is said when it has come, if it is thrown away. */
  readonly refusal?: Reply;
};

export type Transaction = {
  readonly sender: string;
  readonly bodyType: Envelope['bodyType'];
  readonly dsn?: Envelope['dsn'];
  readonly recipients: readonly Recipient[];
  /** Policy wants the message to wait for an operator. */
  readonly hold: boolean;
  /** RCPT commands of the burst under way, in order: judged already by their syntax, or waiting for policy's verdict. */
  readonly burst: readonly (Reply | { readonly recipient: Recipient })[];
};

export type LineInput = {
  readonly kind: 'line';
  /** One command line as latin1 text, without its line end. */
  readonly line: string;
  /** It ended in an LF without a CR. */
  readonly bareLf: boolean;
  /** The next line, already here, is a RCPT too. */
  readonly rcptFollows: boolean;
  /** The client has sent too many such commands of late (smtpd_client_…_rate_limit). */
  readonly overRate: boolean;
  /** More bytes are here already behind the line. */
  readonly moreFollows: boolean;
  /** Another message may be received now. */
  readonly room: boolean;
};

export type Input =
  | SecureBeginning
  | LineInput
  | { readonly kind: 'lineTooLong' }
  | { readonly kind: 'scramBegun'; readonly beginning: ScramBeginning | 'unavailable' }
  | { readonly kind: 'loginChecked'; readonly result: 'refused' | 'unavailable' | RightLogin }
  /** Undefined where policy could not be asked. */
  | { readonly kind: 'judged'; readonly verdicts: readonly Verdict[] | undefined }
  /** The chunk has come, and it is thrown away or not the last one. */
  | { readonly kind: 'chunkEnd' }
  /** The final dot or the last chunk has come: Received fields, whether message_size_limit was passed (then nothing can be stored), bare LFs. */
  | { readonly kind: 'messageEnd'; readonly hops: number; readonly tooBig: boolean; readonly bareLf: boolean }
  | { readonly kind: 'stored'; readonly queueId: string }
  | { readonly kind: 'notStored' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'shutdown' };

/** A connection, or TLS on it. `login`: whose certificate the client has shown. */
export type SecureBeginning =
  | { readonly kind: 'tlsStarted'; readonly login?: string }
  /** And what the client is authorized to say, at its address. */
  | {
      readonly kind: 'connect';
      readonly login?: string;
      readonly mayXclient?: boolean;
      readonly mayXforward?: boolean;
    };

export type RightLogin = {
  readonly login: string;
  /** SCRAM's proof of the server, which the client gets before its login counts. */
  readonly serverSignature?: Buffer;
};

/** What the shell must do before the next line is stepped. */
export type Effect =
  | { readonly kind: 'startTls' }
  /** The client has another address now, and the session begins once more with `connect`. */
  | { readonly kind: 'beginAgain' }
  | ({ readonly kind: 'beginScram' } & Pick<SaslStep & { kind: 'beginning' }, 'login' | 'binding'>)
  | { readonly kind: 'checkLogin'; readonly attempt: LoginAttempt }
  | { readonly kind: 'judge'; readonly request: PolicyRequest }
  /** The bytes from here to the final dot are the message. */
  | { readonly kind: 'receiveBody'; readonly envelope: Envelope }
  /** So many octets from here are the message's next ones; without an envelope they are thrown away. */
  | { readonly kind: 'receiveChunk'; readonly octets: number; readonly last: boolean; readonly envelope?: Envelope }
  /** Keep the message for good; 250 is said only behind `stored`. */
  | { readonly kind: 'store'; readonly envelope: Envelope; readonly hold: boolean }
  /** The message that was received is refused. Has no result. */
  | { readonly kind: 'discard' };

export type Step = {
  readonly session: Session;
  readonly replies: readonly Reply[];
  readonly effect?: Effect;
};

export function newSession(facts: Pick<Session, 'service' | 'settings' | 'client' | 'nonce' | 'tls'>): Session {
  return {
    ...facts,
    helo: undefined,
    login: undefined,
    loginByCertificate: false,
    mayXclient: false,
    mayXforward: false,
    forwarded: undefined,
    exchange: undefined,
    scram: undefined,
    exchanges: 0,
    transaction: undefined,
    chunks: undefined,
    chunk: undefined,
    pending: undefined,
    denied: false,
    errors: 0,
  };
}

/** The step that only answers. */
export function answer(session: Session, ...replies: readonly Reply[]): Step {
  return { session, replies };
}

/** Ends the transaction, as RSET, EHLO and the end of a message do (RFC 5321 §4.1.1.5). */
export function withoutTransaction(session: Session): Session {
  return { ...session, transaction: undefined, chunks: undefined, chunk: undefined, forwarded: undefined };
}

export function envelopeOf(transaction: Transaction): Envelope {
  const { sender, recipients, bodyType, dsn } = transaction;
  return { sender, recipients, bodyType, ...(dsn !== undefined && { dsn }) };
}
