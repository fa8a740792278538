// One SMTP session with a next hop, as promises over nodemailer's SMTPConnection, which speaks the protocol: EHLO, STARTTLS,
// AUTH, pipelining, dot-stuffing. A session that failed in any way is closed and never used again.
// TLS is as Postfix's levels none, may and encrypt have it: the certificate is not judged.

import SMTPConnection, { type SMTPConnectionSendInfo, type SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import type { Readable } from 'node:stream';
import type { Settings } from '#shared/config/settings.ts';
import type { SaslLogin } from '#shared/domain/delivery/sasl-passwords.ts';

export type SessionOptions = {
  readonly host: string;
  readonly port: number;
  /** What EHLO says. */
  readonly hostname: string;
  readonly tlsLevel: Settings['smtp_tls_security_level'];
  /** Milliseconds, from the name's lookup to the end of the TLS handshake. */
  readonly connectTimeout: number;
  readonly login: SaslLogin | undefined;
};

/** RFC 8314 §3.3: on this port TLS begins with the first byte. */
const SUBMISSIONS = 465;

/** Milliseconds. RFC 5321 §4.5.3.2.6: the reply to a whole message may take ten minutes. */
const SILENCE_TIMEOUT = 10 * 60 * 1000;
const QUIT_TIMEOUT = 2 * 1000;

export class SmtpSession {
  readonly #connection: SMTPConnection;
  #isOpen = true;

  private constructor(connection: SMTPConnection) {
    this.#connection = connection;
    // What breaks a session ends the step under way; between two steps it only ends the session.
    connection.on('error', () => {});
    connection.once('end', () => {
      this.#isOpen = false;
    });
  }

  static async open({ host, port, hostname, tlsLevel, connectTimeout, login }: SessionOptions): Promise<SmtpSession> {
    const connection = new SMTPConnection({
      host,
      port,
      name: hostname,
      secure: port === SUBMISSIONS,
      ignoreTLS: tlsLevel === 'none',
      requireTLS: tlsLevel === 'encrypt',
      tls: { rejectUnauthorized: false },
      connectionTimeout: connectTimeout,
      greetingTimeout: connectTimeout,
      socketTimeout: SILENCE_TIMEOUT,
    });
    const session = new SmtpSession(connection);
    try {
      await session.#step((done) => connection.connect(done));
      // A host that announces no AUTH is used without, as smtp(8) does.
      if (login !== undefined && connection.allowsAuth) await session.#logIn(login);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when the message was accepted for a recipient at least; the others' refusals are in `rejectedErrors`. */
  async send(envelope: SMTPEnvelope, message: Readable): Promise<SMTPConnectionSendInfo> {
    const info = await this.#step<SMTPConnectionSendInfo>((done) => this.#connection.send(envelope, message, done));
    if (info === undefined) throw new Error('the next hop answered nothing');
    return info;
  }

  /** Throws if the next hop has gone meanwhile. */
  async reset(): Promise<void> {
    await this.#step((done) => this.#connection.reset(done));
  }

  /** Says QUIT, and does not wait long for the answer. */
  async quit(): Promise<void> {
    if (!this.#isOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.close(), QUIT_TIMEOUT);
    this.#connection.once('end', () => resolve());
    this.#connection.quit();
    await promise;
    clearTimeout(timer);
  }

  close(): void {
    this.#connection.close();
  }

  /** PLAIN and LOGIN show the password, so they are for TLS only: smtp_sasl_security_options = noplaintext where there is none. */
  async #logIn({ user, password }: SaslLogin): Promise<void> {
    const method = this.#connection.secure ? {} : { method: 'CRAM-MD5' };
    await this.#step((done) => this.#connection.login({ user, pass: password, ...method }, done));
  }

  /** Runs one exchange. nodemailer calls nobody back when the connection breaks in connect, login or reset: it emits. */
  #step<T>(run: (done: (error?: Error | null, result?: T) => void) => void): Promise<T | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const broken = (error: Error): void => reject(error);
    // The exchange's own error, which says more, comes in the same turn.
    const ended = (): void => void setImmediate(() => reject(new Error('the connection was closed')));
    this.#connection.once('error', broken);
    this.#connection.once('end', ended);
    run((error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
    return promise.finally(() => {
      this.#connection.off('error', broken);
      this.#connection.off('end', ended);
    });
  }
}
