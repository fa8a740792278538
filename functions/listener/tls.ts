// The certificate that the listener shows: read again from time to time, and changed without a restart. Sessions under way keep
// theirs. One that cannot be read or used changes nothing: the former stays. Until there is a first one, the listener shows one
// that it has signed itself, which a home Postfix takes as long as it does not verify. Never rejects, never stops the listener.
// Also what the sessions are like: versions, ciphers, tickets. Never 0-RTT, whose commands could be replayed: node:tls has none.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { CertificatePair, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import type { Log } from '#shared/ports/log.ts';
import { derivedKey } from './derived-key.ts';
import { selfSign } from './self-signed.ts';
import { ticketKeys, ticketPeriod } from './ticket-keys.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds: how long a certificate that was read is good, and how soon one is looked for that could not be had. */
const TIMES = { refresh: 5 * 60_000, retry: 15_000 };
/** RFC 9325 §4.2: those of 1.3, and of 1.2 forward secrecy with AEAD alone. The client's order, which knows its hardware. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
].join(':');
/** The same in every task: a ticket is for the context that it was made in. */
const SESSION_ID_CONTEXT = 'op25b-relay';
const KEY_OCTETS = 32;

export type TlsContext = {
  readonly certificates: Pick<Certificates, 'current'>;
  readonly settings: {
    /** What a self-signed certificate is for. */
    readonly myhostname: string;
    readonly tls_eecdh_auto_curves: readonly string[];
    /** Milliseconds. */
    readonly smtpd_tls_session_cache_timeout: number;
  };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  readonly times?: typeof TIMES;
};

type InUse = {
  readonly secureContext: SecureContext;
  readonly ticketPeriod: number;
  readonly pairs: CertificatePairs;
  readonly selfSigned: boolean;
  /** When the first of its certificates ends, in ms since the epoch. */
  readonly notAfter: number;
};

export class ServerCertificate {
  readonly #context: TlsContext;
  #inUse: InUse;
  #timer: NodeJS.Timeout | undefined;

  private constructor(context: TlsContext, inUse: InUse) {
    this.#context = context;
    this.#inUse = inUse;
  }

  /** Resolves when there is one to show. */
  static async open(context: TlsContext): Promise<ServerCertificate> {
    const found = await find(context, undefined);
    const certificate = new ServerCertificate(context, found ?? (await selfSigned(context)));
    certificate.#report();
    certificate.#readAfter(found !== undefined);
    return certificate;
  }

  /** For the next connection: the tickets' key changes with the time. */
  get secureContext(): SecureContext {
    const period = ticketPeriod(this.#context.now());
    if (period !== this.#inUse.ticketPeriod) {
      const secureContext = createContext(this.#inUse.pairs, period, this.#context.settings);
      this.#inUse = { ...this.#inUse, secureContext, ticketPeriod: period };
    }
    return this.#inUse.secureContext;
  }

  /** 32 octets, the same for every task that shows this certificate. */
  keyFor(purpose: string): Buffer {
    return derivedKey(this.#inUse.pairs, purpose, KEY_OCTETS);
  }

  /** Reads now. False if it could not be had or used. */
  async read(): Promise<boolean> {
    const found = await find(this.#context, this.#inUse);
    this.#inUse = found ?? this.#inUse;
    this.#report();
    return found !== undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #readAfter(wasFound: boolean): void {
    const { refresh, retry } = this.#context.times ?? TIMES;
    this.#timer = setTimeout(() => void this.#readAgain(), wasFound ? refresh : retry).unref();
  }

  async #readAgain(): Promise<void> {
    const wasFound = await this.read();
    if (this.#timer !== undefined) this.#readAfter(wasFound);
  }

  #report(): void {
    const { now, log } = this.#context;
    // One that is self-signed is worth nothing to a client that verifies, however long it lives.
    const left = this.#inUse.selfSigned ? 0 : this.#inUse.notAfter - now();
    log.debug({ event: 'certificate', daysLeft: Math.max(0, Math.floor(left / DAY)) }, 'certificate in use');
  }
}

/** The current certificate, which may be the one in use; undefined, and the reason in the log, if it cannot be had or used. */
async function find(context: TlsContext, inUse: InUse | undefined): Promise<InUse | undefined> {
  const { certificates, log } = context;
  try {
    const pairs = await certificates.current();
    if (pairs !== undefined) {
      if (isSame(pairs, inUse?.pairs)) return inUse;
      const found = toUse(pairs, context);
      const notAfter = new Date(found.notAfter).toISOString();
      log.info({ event: 'tls', notAfter, pairs: pairs.length }, 'the certificate is new');
      return found;
    }
    if (inUse?.selfSigned ?? true)
      log.warn({ event: 'tls' }, 'there is no certificate yet; clients see one that is self-signed');
    else log.error({ event: 'tls' }, 'the certificate is gone; clients see the former');
  } catch (err) {
    log.error(
      { event: 'tls', err },
      'the certificate cannot be read or used; clients see the former, or one that is self-signed',
    );
  }
  return undefined;
}

async function selfSigned(context: TlsContext): Promise<InUse> {
  return { ...toUse([await selfSign(context.settings.myhostname)], context), selfSigned: true };
}

/** Throws where a pair is not what it should be. */
function toUse(pairs: CertificatePairs, { now, settings }: TlsContext): InUse {
  if (pairs.length === 0) throw new Error('no certificate is in it');
  const notAfter = Math.min(...pairs.map(endOf));
  const period = ticketPeriod(now());
  const secureContext = createContext(pairs, period, settings);
  return { secureContext, ticketPeriod: period, pairs, selfSigned: false, notAfter };
}

/** OpenSSL picks the pair by what the client can verify, ECDSA or RSA. */
function createContext(pairs: CertificatePairs, period: number, settings: TlsContext['settings']): SecureContext {
  return createSecureContext({
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key }) => key),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    sessionIdContext: SESSION_ID_CONTEXT,
    ecdhCurve: settings.tls_eecdh_auto_curves.join(':'),
    sessionTimeout: settings.smtpd_tls_session_cache_timeout / 1000,
    ticketKeys: ticketKeys(pairs, period),
  });
}

function endOf({ cert, key }: CertificatePair): number {
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is not that of the certificate');
  return certificate.validToDate.getTime();
}

function isSame(pairs: CertificatePairs, others: CertificatePairs | undefined): boolean {
  if (pairs.length !== others?.length) return false;
  return pairs.every(({ cert, key }, index) => cert === others[index]?.cert && key === others[index].key);
}
