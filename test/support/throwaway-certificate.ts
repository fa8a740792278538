// A self-signed certificate for tests, valid for an hour or for as long as a test asks.

import { webcrypto } from 'node:crypto';

export type ThrowawayCertificate = { readonly key: string; readonly cert: string };

const ALGORITHMS = {
  ECDSA: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
};

export async function throwawayCertificate(
  host = 'localhost',
  { kind = 'ECDSA', notAfter = Date.now() + 3_600_000 }: { kind?: keyof typeof ALGORITHMS; notAfter?: number } = {},
): Promise<ThrowawayCertificate> {
  // It must be there before @peculiar/x509 is.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = ALGORITHMS[kind];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}
