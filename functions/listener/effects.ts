// What the session engine asks of the world, done for one connection: a login checked, recipients judged, a message
// received and stored. Each result is an input for the engine. A fault is logged here and becomes a temporary refusal.

import type { X509Certificate } from 'node:crypto';
import type { Envelope } from '#shared/domain/message/envelope.ts';
import { receivedHeader, type TlsFacts, type TracedSession } from '#shared/domain/message/received.ts';
import { canonicalLogin } from '#shared/domain/directory/account.ts';
import type { PolicyRequest } from '#shared/domain/policy/request.ts';
import { newEntries } from '#shared/domain/queue/entry.ts';
import { QUEUE_ID_RANDOM_OCTETS, queueId } from '#shared/domain/queue/queue-id.ts';
import type { ChannelBindingType, LoginAttempt } from '#shared/domain/sasl/exchange.ts';
import type { Reply } from '#shared/domain/smtp/reply.ts';
import type { Effect, Input, RightLogin, SecureBeginning, Session } from '#shared/domain/smtp/session.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Policy } from '#shared/ports/policy.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';
import type { Admission } from './admission.ts';
import type { CertificateLogin } from './certificate-login.ts';
import { IncomingMessage } from './incoming.ts';
import type { Login, LoginVerdict } from './login.ts';
import type { LoginGuard } from './login-guard.ts';
import type { PasswordUses } from './password-uses.ts';
import { randomOctets } from './random.ts';

export type EffectsContext = {
  readonly service: string;
  readonly settings: {
    readonly myhostname: string;
    readonly mail_name: string;
    readonly smtpd_hide_client_session: boolean;
    readonly smtpd_tls_received_header: boolean;
    readonly smtpd_sasl_authenticated_header: boolean;
    readonly smtpd_tls_ask_ccert: boolean;
    /** Octets. */
    readonly message_size_limit: number;
    readonly smtpd_sasl_local_domain: string;
  };
  readonly policy: Policy;
  readonly login: Login;
  readonly certificateLogin: CertificateLogin;
  readonly loginGuard: Pick<LoginGuard, 'check'>;
  readonly passwordUses: Pick<PasswordUses, 'used'>;
  readonly spool: Pick<Spool, 'create'>;
  readonly queue: Pick<Queue, 'enqueue'>;
  readonly admission: Admission;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: Log;
};

/** Of our half of SCRAM's nonce. */
const NONCE_OCTETS = 24;

export class Effects {
  readonly #context: EffectsContext;
  /** Names the session in the log. */
  readonly #id: string;
  #address: string;
  #accepted = 0;

  constructor(context: EffectsContext, id: string, address: string) {
    this.#context = context;
    this.#id = id;
    this.#address = address;
    const { service, log } = context;
    log.debug({ event: 'connect', session: id, service, client: address }, 'connected');
  }

  /** Whose certificate it is. Undefined if that cannot be found out now. */
  async knowCertificate(
    certificate: Pick<X509Certificate, 'fingerprint256'>,
    beginning: SecureBeginning,
  ): Promise<SecureBeginning | undefined> {
    const { certificateLogin, log } = this.#context;
    const fingerprint = certificate.fingerprint256;
    const event = { event: 'clientCertificate', session: this.#id, client: this.#address, fingerprint };
    try {
      const login = await certificateLogin(certificate);
      log.info(
        { ...event, login },
        login === undefined ? 'a certificate that no account has' : 'logged in by certificate',
      );
      return login === undefined ? beginning : { ...beginning, login };
    } catch (err) {
      log.error({ ...event, err }, 'whose certificate it is cannot be found out now; the client must come again');
      return undefined;
    }
  }

  /** XCLIENT has said so. */
  clientIs(address: string): void {
    this.#address = address;
  }

  /** `bindingOf` gives the connection's channel binding of that type. */
  async beginScram(
    { login: name, binding }: Effect & { kind: 'beginScram' },
    bindingOf: (type: ChannelBindingType) => Buffer | undefined,
  ): Promise<Input> {
    const { login, settings, log } = this.#context;
    try {
      const salt = await login.salt(name, settings.smtpd_sasl_local_domain);
      const nonce = randomOctets(NONCE_OCTETS).toString('base64');
      const channelBinding = binding && bindingOf(binding);
      return { kind: 'scramBegun', beginning: { ...salt, nonce, channelBinding } };
    } catch (err) {
      const event = { event: 'login', session: this.#id, client: this.#address, mechanism: 'SCRAM-SHA-256' };
      log.error({ ...event, result: 'unavailable', err }, 'logins cannot be checked now');
      return { kind: 'scramBegun', beginning: 'unavailable' };
    }
  }

  async checkLogin(attempt: LoginAttempt): Promise<Input> {
    const { login, loginGuard, passwordUses, settings, now, log } = this.#context;
    const { smtpd_sasl_local_domain: localDomain } = settings;
    const verdict = await loginGuard.check(canonicalLogin(attempt.login, localDomain), this.#address, (isKnown) =>
      login.verify(attempt, localDomain, isKnown),
    );
    const event = { event: 'login', session: this.#id, client: this.#address, mechanism: attempt.mechanism };
    switch (verdict.kind) {
      case 'ok':
        log.info({ ...event, result: 'ok', login: verdict.login, passwordName: verdict.passwordName }, 'logged in');
        passwordUses.used({
          login: verdict.login,
          passwordName: verdict.passwordName,
          address: this.#address,
          at: now(),
        });
        return { kind: 'loginChecked', result: rightLogin(verdict) };
      case 'refused':
        log.warn({ ...event, result: 'refused' }, 'login refused');
        return { kind: 'loginChecked', result: 'refused' };
      case 'tooManyFailures':
        log.warn({ ...event, result: 'refused', reason: 'tooManyFailures' }, 'login put off');
        return { kind: 'loginChecked', result: 'unavailable' };
      case 'unavailable':
        log.error({ ...event, result: 'unavailable', err: verdict.cause }, 'logins cannot be checked now');
        return { kind: 'loginChecked', result: 'unavailable' };
    }
  }

  async judge(request: PolicyRequest): Promise<Input> {
    const { policy, now, log } = this.#context;
    const asked = now();
    try {
      const verdicts = await policy.judge(request);
      const permitted = verdicts.filter(({ kind }) => kind === 'permit').length;
      const refused = verdicts.length - permitted;
      log.debug({ event: 'policy', session: this.#id, permitted, refused, latency: now() - asked }, 'judged');
      return { kind: 'judged', verdicts };
    } catch (err) {
      log.error({ event: 'policyUnavailable', session: this.#id, err }, 'policy cannot be asked now');
      return { kind: 'judged', verdicts: undefined };
    }
  }

  /** Begins a message; it must be stored or discarded. `tlsFactsOf` tells of the connection. */
  receiveBody(session: Session, envelope: Envelope, tlsFactsOf: () => TlsFacts | undefined): IncomingMessage {
    const { settings, spool, now, admission } = this.#context;
    const id = queueId(now(), randomOctets(QUEUE_ID_RANDOM_OCTETS));
    const trace = receivedHeader({
      myhostname: settings.myhostname,
      mailName: settings.mail_name,
      queueId: id,
      recipients: envelope.recipients.map(({ address }) => address),
      now: now(),
      ...(!settings.smtpd_hide_client_session && { session: this.#traced(session, tlsFactsOf) }),
    });
    admission.messageBegins();
    return new IncomingMessage(id, spool.create(id), trace, settings.message_size_limit);
  }

  #traced(session: Session, tlsFactsOf: () => TlsFacts | undefined): TracedSession {
    const { settings } = this.#context;
    const { helo, client, tls } = session;
    // RFC 3848 §2: the A is for AUTH.
    const login = session.loginByCertificate ? undefined : session.login;
    const tlsFacts = settings.smtpd_tls_received_header ? tlsFactsOf() : undefined;
    return {
      helo: helo?.name ?? client.name,
      client,
      extended: helo?.verb === 'EHLO',
      tls,
      authenticated: login !== undefined,
      ...(tlsFacts && { tlsFacts: { ...tlsFacts, certificateAsked: settings.smtpd_tls_ask_ccert } }),
      ...(login !== undefined && settings.smtpd_sasl_authenticated_header && { login }),
    };
  }

  async store(message: IncomingMessage, session: Session, asked: Effect & { kind: 'store' }): Promise<Input> {
    const { queue, now, log, admission } = this.#context;
    const { queueId: id, size } = message;
    const { envelope, hold } = asked;
    const { login } = session;
    const event = { session: this.#id, queueId: id, size, recipients: envelope.recipients.length, login };
    const received = now();
    const { address, helo } = session.forwarded ?? { address: this.#address, helo: session.helo?.name ?? '' };
    const client = { address, helo, ...(login !== undefined && { login }) };
    try {
      await message.seal();
      // Due only from here on: what has been due for a minute is taken for missed and delivered, and an entry that is done before
      // the others of its message are stored would take their body away.
      await queue.enqueue(newEntries({ id, envelope, size, client, arrived: now(), hold }));
      this.#accepted += 1;
      log.info({ event: 'queued', ...event, latency: now() - received }, 'queued');
      return { kind: 'stored', queueId: id };
    } catch (err) {
      log.error({ event: 'notQueued', ...event, err }, 'the message cannot be stored now');
      await message.discard();
      return { kind: 'notStored' };
    } finally {
      admission.messageEnds();
    }
  }

  discard(message: IncomingMessage): void {
    this.#context.admission.messageEnds();
    void message.discard();
  }

  refused(reply: Reply): void {
    const event = { event: 'refused', session: this.#id, client: this.#address, reason: replyCodes(reply) };
    this.#context.log.info(event, 'refused');
  }

  broken(error: Error): void {
    this.#context.log.debug({ event: 'socket', session: this.#id, reason: error.message }, 'connection broken');
  }

  closed(): void {
    const event = { event: 'disconnect', session: this.#id, client: this.#address, accepted: this.#accepted };
    this.#context.log.debug(event, 'disconnected');
  }
}

function rightLogin({ login, serverSignature }: LoginVerdict & { kind: 'ok' }): RightLogin {
  return { login, ...(serverSignature && { serverSignature }) };
}

/** What tells the log why, such as `554 5.7.1`; a reply's words may hold addresses. */
export function replyCodes({ code, enhanced }: Reply): string {
  return `${code} ${enhanced}`.trimEnd();
}
