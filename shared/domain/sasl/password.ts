// Passwords themselves: how a machine-made one looks, what a person's own choice may be, and what an app password is called.

/** Base32 without 0 and o, without 1 and l: whoever meets one of these in print knows that he misreads. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 128 bits, five a letter. */
const LETTERS = 26;

/** A machine-made password out of 16 random bytes: letters and digits in groups of four, with a hyphen between them. */
export function formatPassword(bytes: Buffer): string {
  const digits = BigInt(`0x${bytes.toString('hex')}`)
    .toString(32)
    .padStart(LETTERS, '0');
  const letters = digits.replace(/./g, (digit) => ALPHABET.charAt(Number.parseInt(digit, 32)));
  return letters.replace(/.{4}(?=.)/g, '$&-');
}

/** NIST SP 800-63B-3 §5.1.1.2: the least that a person may choose. */
const MIN_LENGTH = 8;

/** With a login of 100 characters it still fits an `AUTH PLAIN` line of 512 octets (RFC 5321 §4.5.3.1.4). */
const MAX_LENGTH = 128;

/** What is wrong with a password that a person chose; undefined if it is good. */
export function passwordProblem(text: string): string | undefined {
  // SASLprep (RFC 4013), which SCRAM asks for, changes nothing in printable ASCII; so no client can prepare it differently.
  if (!/^[\x20-\x7e]*$/.test(text)) return 'a password holds only printable ASCII characters';
  if (text.length < MIN_LENGTH) return `a password has at least ${MIN_LENGTH} characters`;
  if (text.length > MAX_LENGTH) return `a password has at most ${MAX_LENGTH} characters`;
  if (text !== text.trim()) return 'a password neither begins nor ends with a space: configuration files lose it';
  return undefined;
}

/** The name of the password that an account begins with. */
export const DEFAULT_PASSWORD = 'default';

/** What is wrong with an app password's name; undefined if it is good. */
export function passwordNameProblem(name: string): string | undefined {
  if (!/^[a-z0-9][a-z0-9._-]{0,39}$/.test(name)) {
    return 'the name of a password has at most 40 lower case letters, digits, dots, hyphens and underscores, and begins with a letter or a digit';
  }
  return undefined;
}
