// A certificate that nobody vouches for, so that a relay can offer TLS from its first minute. Only makes it: whoever asks keeps it.

import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificatePair } from '#shared/ports/certificates.ts';

const TEN_YEARS = 10 * 365 * 24 * 60 * 60 * 1000;

/** ECDSA, for this name, `localhost` and 127.0.0.1. */
export async function selfSign(hostname: string): Promise<CertificatePair> {
  // Loaded when it is wanted: it is slow to load, and it wants its polyfill first.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = [...new Set([hostname, 'localhost'])].map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: `CN=${hostname}`,
    notBefore: new Date(),
    notAfter: new Date(Date.now() + TEN_YEARS),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([...names, { type: 'ip', value: '127.0.0.1' }])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: `${certificate.toString('pem')}\n`, key };
}
