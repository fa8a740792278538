// The certificate of a relay on this machine: the files that the settings name, or one that the relay makes and signs
// itself at its first start and keeps in its data folder. What cannot be used stops the start with the reason.

import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';

export type CertificateFiles = { readonly cert: string; readonly key: string };

export type Certificate = { readonly secureContext: SecureContext; readonly selfSigned: boolean };

export class CertificateError extends Error {
  override name = 'CertificateError';
}

/** `files`: what smtpd_tls_cert_file and smtpd_tls_key_file name; empty for a certificate of the relay's own. */
export async function loadCertificate(
  files: CertificateFiles,
  dataDirectory: string,
  hostname: string,
): Promise<Certificate> {
  const selfSigned = files.cert === '';
  const { cert, key } = selfSigned ? await ownCertificate(join(dataDirectory, 'tls'), hostname) : files;
  const [certPem, keyPem] = await Promise.all([read('smtpd_tls_cert_file', cert), read('smtpd_tls_key_file', key)]);
  check(certPem, keyPem, cert, key);
  return { secureContext: createSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' }), selfSigned };
}

async function read(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CertificateError(`${setting}: cannot read ${file} (${code}); name a PEM file that this user may read`);
  }
}

function check(certPem: string, keyPem: string, certFile: string, keyFile: string): void {
  const certificate = attempt(() => new X509Certificate(certPem), `${certFile} holds no certificate in PEM form`);
  const key = attempt(
    () => createPrivateKey(keyPem),
    `${keyFile} holds no private key in PEM form without a passphrase`,
  );
  if (!certificate.checkPrivateKey(key)) {
    throw new CertificateError(
      `${keyFile} is not the key of the certificate in ${certFile}; give the two that belong together`,
    );
  }
}

function attempt<T>(make: () => T, message: string): T {
  try {
    return make();
  } catch {
    throw new CertificateError(message);
  }
}

async function ownCertificate(directory: string, hostname: string): Promise<CertificateFiles> {
  const files = { cert: join(directory, 'server.crt'), key: join(directory, 'server.key') };
  const isThere = await readFile(files.cert).then(
    () => true,
    () => false,
  );
  if (isThere) return files;
  const { certPem, keyPem } = await selfSign(hostname);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(files.key, keyPem, { mode: 0o600 });
  await writeFile(files.cert, certPem);
  return files;
}

const TEN_YEARS = 10 * 365 * 24 * 60 * 60 * 1000;

async function selfSign(hostname: string): Promise<{ certPem: string; keyPem: string }> {
  // Loaded at a first start only: it is slow to load, and it wants its polyfill first.
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
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { certPem: `${certificate.toString('pem')}\n`, keyPem };
}
