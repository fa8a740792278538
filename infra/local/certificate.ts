// The certificates of a relay on this machine: the files that the settings name, or one that the relay makes and signs
// itself at its first start and keeps in its data folder. Read anew at each look, so that files which were renewed are taken up.
// What cannot be read or used is a CertificateError with the reason: at the start it stops the relay, later the former stays.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { selfSign } from '#functions/listener/self-signed.ts';
import type { Settings } from '#shared/config/settings.ts';
import type { CertificatePair, CertificatePairs } from '#shared/ports/certificates.ts';

/** Where it is set and what that names. */
type File = { readonly setting: string; readonly path: string };
type PairFiles = { readonly cert: File; readonly key: File };

export type CertificateSettings = Pick<
  Settings,
  'smtpd_tls_cert_file' | 'smtpd_tls_key_file' | 'smtpd_tls_eccert_file' | 'smtpd_tls_eckey_file'
>;

export class CertificateError extends Error {
  override name = 'CertificateError';
}

export class CertificateFiles {
  readonly selfSigned: boolean;
  /** The first certificate's file, absolute. */
  readonly path: string;
  readonly #files: readonly PairFiles[];

  private constructor(files: readonly PairFiles[], selfSigned: boolean) {
    this.#files = files;
    this.selfSigned = selfSigned;
    this.path = resolve(files[0]?.cert.path ?? '');
  }

  /** Rejects with a CertificateError where they cannot be used as they are now. */
  static async open(settings: CertificateSettings, dataDirectory: string, hostname: string): Promise<CertificateFiles> {
    const named = filesOf(settings);
    const own = async (): Promise<PairFiles[]> => [await ownCertificate(join(dataDirectory, 'tls'), hostname)];
    const files = new CertificateFiles(named.length > 0 ? named : await own(), named.length === 0);
    await files.current();
    return files;
  }

  current(): Promise<CertificatePairs> {
    return Promise.all(this.#files.map(readPair));
  }
}

/** ECDSA first. */
function filesOf(settings: CertificateSettings): PairFiles[] {
  const file = (setting: keyof CertificateSettings): File => ({ setting, path: settings[setting] });
  return [
    { cert: file('smtpd_tls_eccert_file'), key: file('smtpd_tls_eckey_file') },
    { cert: file('smtpd_tls_cert_file'), key: file('smtpd_tls_key_file') },
  ].filter(({ cert }) => cert.path !== '');
}

async function readPair(files: PairFiles): Promise<CertificatePair> {
  const [cert, key] = await Promise.all([read(files.cert), read(files.key)]);
  check({ cert, key }, files.cert.path, files.key.path);
  return { cert, key };
}

async function read({ setting, path }: File): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CertificateError(`${setting}: cannot read ${path} (${code}); name a PEM file that this user may read`, {
      cause,
    });
  }
}

function check(pair: CertificatePair, certFile: string, keyFile: string): void {
  const certificate = attempt(() => new X509Certificate(pair.cert), `${certFile} holds no certificate in PEM form`);
  const key = attempt(
    () => createPrivateKey(pair.key),
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
  } catch (cause) {
    throw new CertificateError(message, { cause });
  }
}

async function ownCertificate(directory: string, hostname: string): Promise<PairFiles> {
  const file = (name: string): File => ({ setting: 'the certificate of its own', path: join(directory, name) });
  const files = { cert: file('server.crt'), key: file('server.key') };
  const isThere = await readFile(files.cert.path).then(
    () => true,
    () => false,
  );
  if (isThere) return files;
  const { cert, key } = await selfSign(hostname);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(files.key.path, key, { mode: 0o600 });
  await writeFile(files.cert.path, cert);
  return files;
}
