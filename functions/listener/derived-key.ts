// Secrets that every task has in common, and a process with its former, although nothing is stored or told: they are derived from the
// keys of the certificates that all show (HKDF, RFC 5869). A new certificate changes them.

import { hkdfSync } from 'node:crypto';
import type { CertificatePairs } from '#shared/ports/certificates.ts';

/** `purpose`: another one gives another key. */
export function derivedKey(pairs: CertificatePairs, purpose: string, octets: number): Buffer {
  const secret = pairs.map(({ key }) => key).join('');
  return Buffer.from(hkdfSync('sha256', secret, '', `op25b-relay ${purpose}`, octets));
}
