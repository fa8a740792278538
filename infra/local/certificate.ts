// The certificate of a relay on this machine: the files that the settings name, or one that the relay makes and signs
// itself at its first start and keeps in its data folder. What cannot be used stops the start with the reason.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { selfSign } from '#functions/listener/self-signed.ts';

export type CertificateFiles = { readonly cert: string; readonly key: string };

export type Certificate = {
  readonly secureContext: SecureContext;
  readonly selfSigned: boolean;
  /** Its file, absolute. */
  readonly path: string;
};

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
  const secureContext = createSecureContext({ cert: certPem, key: keyPem, minVersion: 'TLSv1.2' });
  return { secureContext, selfSigned, path: resolve(cert) };
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
  const { cert, key } = await selfSign(hostname);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.cert, cert);
  return files;
}
