// The certificate that the listener shows. On this machine it is a file, which is looked at and left alone; on AWS a secret, which
// the relay's certificate program renews by itself, and which is filled by hand where that program has no zone to prove a name in.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificatePair } from '#shared/ports/certificates.ts';
import { OperatorError } from '../operator-error.ts';
import type { NamedRelay, Output } from '../relay.ts';
import { count, minute, printable, table } from '../text.ts';
import { readTextFile } from '../text-file.ts';

/** As the listener reads it: functions/listener/tls.ts. */
const SOON = 'the listener shows it within five minutes, without a restart';
const DAY = 24 * 60 * 60 * 1000;

type CertificateOf = Pick<NamedRelay, 'certificate' | 'command'>;

/** One for each kind of key. */
export async function* certificateShow(relay: CertificateOf, now: number, { json }: { json: boolean }): Output {
  const shown = (await certificatesOf(relay)).map((pem) => described(pem, now));
  yield json
    ? shown.map((certificate) => `${JSON.stringify(certificate)}\n`).join('')
    : shown.map(formatted).join('\n');
}

export async function* certificateRenew({ certificate, command }: CertificateOf): Output {
  if (certificate.kind === 'file') throw onThisMachine(certificate);
  if (certificate.renew === undefined) {
    throw new OperatorError(
      `this relay makes no certificate, since its stack was given no hosted zone; ${command} certificate put --cert FILE --key FILE gives it one`,
    );
  }
  yield 'Asking for a new certificate; this may take some minutes.\n';
  yield `Done: ${printable(await certificate.renew())}; ${SOON}.\n`;
}

export async function* certificatePut(
  { certificate, started, command }: Pick<NamedRelay, 'certificate' | 'started' | 'command'>,
  now: number,
  { cert, key }: CertificatePair,
): Output {
  if (certificate.kind === 'file') throw onThisMachine(certificate);
  if (certificate.renew) {
    throw new OperatorError(
      `this relay makes its own certificates, and would replace this one within the hour; ${command} certificate renew makes one now`,
    );
  }
  const leaf = parsed(cert, '--cert');
  const privateKey = parsedKey(key);
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new OperatorError('--key is not the key of the certificate in --cert; give the two that belong together');
  }
  const about = described(cert, now);
  if (leaf.validToDate.getTime() <= now)
    throw new OperatorError(`the certificate in --cert ended on ${about.notAfter}; give a new one`);
  await certificate.certificates.put([{ cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }]);
  yield formatted(about);
  yield `\nStored; ${SOON}.\n`;
  if (started && leaf.checkHost(started.hostname, { subject: 'never' }) === undefined) {
    yield `It does not name ${started.hostname}: clients that verify the name of the relay will refuse it.\n`;
  }
}

/** PEM, each with its chain. */
async function certificatesOf({ certificate, command }: CertificateOf): Promise<string[]> {
  if (certificate.kind === 'file') {
    if (certificate.path !== undefined) return [await readTextFile(certificate.path)];
    throw new OperatorError('the relay has not said yet where its certificate lies; it does at its next start');
  }
  const pairs = await certificate.certificates.current();
  if (pairs !== undefined && pairs.length > 0) return pairs.map(({ cert }) => cert);
  const next = certificate.renew ? 'renew makes one' : 'put --cert FILE --key FILE gives it one';
  throw new OperatorError(
    `there is no certificate yet, and the listener shows one that it has signed itself; ${command} certificate ${next}`,
  );
}

function onThisMachine({ path }: { readonly path: string | undefined }): OperatorError {
  const where = path === undefined ? 'a file that smtpd_tls_cert_file names' : `the file ${path}`;
  return new OperatorError(
    `the certificate of a relay on this machine is ${where}; put a new one there, with its key, and restart the relay`,
  );
}

type Described = {
  readonly names: readonly string[];
  readonly issuer: string;
  /** `EC prime256v1`, `RSA 2048`. */
  readonly key: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly daysLeft: number;
  /** SHA-256, in hexadecimal with colons. */
  readonly fingerprint: string;
};

function described(pem: string, now: number): Described {
  const certificate = parsed(pem, 'what the relay has');
  const { subject, subjectAltName = '', issuer, publicKey, validToDate, fingerprint256 } = certificate;
  const names = subjectAltName.split(', ').flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);
  return {
    names: names.length > 0 ? names : [oneLine(subject)],
    issuer: issuer === subject ? 'itself' : oneLine(issuer),
    key: kindOf(publicKey),
    notAfter: validToDate.toISOString(),
    daysLeft: Math.floor((validToDate.getTime() - now) / DAY),
    fingerprint: fingerprint256,
  };
}

function formatted({ names, issuer, key, notAfter, daysLeft, fingerprint }: Described): string {
  const left = daysLeft < 0 ? 'over' : `${count(daysLeft, 'day')} left`;
  return table([
    ['names', printable(names.join(', '))],
    ['issuer', printable(issuer)],
    ['key', key],
    ['good until', `${minute(Date.parse(notAfter))}, ${left}`],
    ['SHA-256', fingerprint],
  ]);
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails: { namedCurve, modulusLength } = {} }: KeyObject): string {
  return [asymmetricKeyType?.toUpperCase(), namedCurve ?? modulusLength].join(' ').trimEnd();
}

/** Node writes a name's parts one a line, the most general first. */
function oneLine(name: string): string {
  return name.split('\n').toReversed().join(', ');
}

function parsed(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new OperatorError(`${what} holds no certificate in PEM form; the leaf comes first, then its chain`);
  }
}

function parsedKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new OperatorError('--key holds no private key in PEM form without a passphrase; openssl pkey removes one');
  }
}
