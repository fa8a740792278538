// What TLS session tickets are sealed with (RFC 5077, RFC 8446 §4.6.1), and for how long: every task opens the others' tickets, as a
// process does those of its former. A ticket of another period or of a former certificate is no error: a full handshake follows.

import type { CertificatePairs } from '#shared/ports/certificates.ts';
import { derivedKey } from './derived-key.ts';

const HOUR = 60 * 60 * 1000;
const PERIOD = 12 * HOUR;
/** OpenSSL's: 16 octets of name, 16 for the HMAC, 16 for AES. */
const OCTETS = 48;

/** Which keys it is time for. `now` in ms since the epoch. */
export function ticketPeriod(now: number): number {
  return Math.floor(now / PERIOD);
}

export function ticketKeys(pairs: CertificatePairs, period: number): Buffer {
  return derivedKey(pairs, `TLS tickets ${period}`, OCTETS);
}
