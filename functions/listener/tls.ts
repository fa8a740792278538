// The certificate that the listener shows: read again from time to time, and changed without a restart. Sessions under way keep
// theirs. One that cannot be read or used changes nothing: the former stays. Until there is a first one, the listener shows one
// that it has signed itself, which a home Postfix takes as long as it does not verify. Never rejects, never stops the listener.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { CertificatePair, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import type { Log } from '#shared/ports/log.ts';
import { selfSign } from './self-signed.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds: how long a certificate that was read is good, and how soon one is looked for that could not be had. */
const TIMES = { refresh: 5 * 60_000, retry: 15_000 };

export type TlsContext = {
  readonly certificates: Pick<Certificates, 'current'>;
  /** The name that a self-signed certificate gets. */
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  readonly times?: typeof TIMES;
};

type InUse = {
  readonly secureContext: SecureContext;
  /** What it was made of; undefined if it is self-signed. */
  readonly pairs: CertificatePairs | undefined;
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
    const certificate = new ServerCertificate(context, found ?? (await selfSigned(context.hostname)));
    certificate.#report();
    certificate.#readAfter(found !== undefined);
    return certificate;
  }

  get secureContext(): SecureContext {
    return this.#inUse.secureContext;
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
    const left = this.#inUse.pairs === undefined ? 0 : this.#inUse.notAfter - now();
    log.debug({ event: 'certificate', daysLeft: Math.max(0, Math.floor(left / DAY)) }, 'certificate in use');
  }
}

/** The current certificate, which may be the one in use; undefined, and the reason in the log, if it cannot be had or used. */
async function find({ certificates, log }: TlsContext, inUse: InUse | undefined): Promise<InUse | undefined> {
  try {
    const pairs = await certificates.current();
    if (pairs !== undefined) {
      if (isSame(pairs, inUse?.pairs)) return inUse;
      const found = toUse(pairs);
      const notAfter = new Date(found.notAfter).toISOString();
      log.info({ event: 'tls', notAfter, pairs: pairs.length }, 'the certificate is new');
      return found;
    }
    if (inUse?.pairs === undefined)
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

async function selfSigned(hostname: string): Promise<InUse> {
  return { ...toUse([await selfSign(hostname)]), pairs: undefined };
}

/** Throws where a pair is not what it should be. */
function toUse(pairs: CertificatePairs): InUse {
  if (pairs.length === 0) throw new Error('no certificate is in it');
  // OpenSSL picks the pair by what the client can verify, ECDSA or RSA.
  const secureContext = createSecureContext({
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key }) => key),
    minVersion: 'TLSv1.2',
  });
  return { secureContext, pairs, notAfter: Math.min(...pairs.map(endOf)) };
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
