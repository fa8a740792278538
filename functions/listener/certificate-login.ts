// Whose TLS certificate a client has shown: the account that relay_clientcerts gives it to, as long as that is there and enabled.
// The handshake has proved that the client holds the key; who signed the certificate, and until when, says nothing here.
// Rejects with the directory's fault.

import type { X509Certificate } from 'node:crypto';
import { canonicalLogin } from '#shared/domain/directory/account.ts';
import type { Directory } from '#shared/ports/directory.ts';

type Settings = {
  /** `FINGERPRINT=LOGIN`: SHA-256, colons between the octets. */
  readonly relay_clientcerts: readonly string[];
  readonly smtpd_sasl_local_domain: string;
};

/** The canonical login, `user@realm`; undefined for a certificate that is nobody's. */
export type CertificateLogin = (certificate: Pick<X509Certificate, 'fingerprint256'>) => Promise<string | undefined>;

export function createCertificateLogin(
  { relay_clientcerts, smtpd_sasl_local_domain }: Settings,
  directory: Pick<Directory, 'account'>,
): CertificateLogin {
  const logins = new Map(
    relay_clientcerts.map((entry) => {
      const [fingerprint = '', ...login] = entry.split('=');
      return [fingerprint.toUpperCase(), canonicalLogin(login.join('='), smtpd_sasl_local_domain)];
    }),
  );
  return async ({ fingerprint256 }) => {
    const login = logins.get(fingerprint256);
    const account = login === undefined ? undefined : await directory.account(login);
    return account?.disabled === false ? account.login : undefined;
  };
}
