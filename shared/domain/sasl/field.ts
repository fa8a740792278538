// One text field of a client's response: a user name or a password.
// Its limits are those of PLAIN (RFC 4616 §2), which asks a server for at least 255 octets; LOGIN and CRAM-MD5 share them.

import { isUtf8 } from 'node:buffer';

const MAX_OCTETS = 255;

/** The text, or undefined where the field is missing, empty, too long, not UTF-8 or holds a NUL. */
export function field(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > MAX_OCTETS) return undefined;
  return bytes.includes(0) || !isUtf8(bytes) ? undefined : bytes.toString('utf8');
}
