// What is kept instead of a password, and the ways to check a login against it. It never sees who logs in.
// SCRAM-SHA-256's keys (RFC 5802 §3, RFC 7677) serve PLAIN and LOGIN as well as SCRAM; CRAM-MD5 needs its own.
// Every comparison takes the same time whatever differs.

import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { hmacMd5, hmacMd5State } from './hmac-md5.ts';

export type Verifier = {
  /** SCRAM-SHA-256 (RFC 5802 §3); PLAIN and LOGIN are checked against it too. 32 bytes. */
  readonly storedKey: Buffer;
  /** SCRAM-SHA-256's proof of the server to the client. 32 bytes. */
  readonly serverKey: Buffer;
  /** HMAC-MD5's inner and outer state after the key's block (RFC 2104 §4): 16 + 16 bytes, of use for CRAM-MD5 alone. */
  readonly cramMd5: Buffer;
};

/**
 * PBKDF2 rounds of a new credential: the least that RFC 7677 §4 allows. More rounds slow down who guesses a password that a
 * person made up; ours are random (128 bits) and no number of rounds matters to them, while every login pays for each.
 */
export const SCRAM_ITERATIONS = 4096;

/** PBKDF2's hash and output: RFC 5802's Hi() with SHA-256. */
export const SCRAM_HASH = 'sha256';
export const SALTED_PASSWORD_OCTETS = 32;

/** SCRAM's SaltedPassword. Some milliseconds of work: a program that serves others derives it off its main thread. */
export function saltPassword(password: string, salt: Buffer, iterations: number): Buffer {
  return pbkdf2Sync(password, salt, iterations, SALTED_PASSWORD_OCTETS, SCRAM_HASH);
}

export function makeVerifier(password: string, saltedPassword: Buffer): Verifier {
  return {
    storedKey: storedKeyOf(saltedPassword),
    serverKey: hmacSha256(saltedPassword, 'Server Key'),
    cramMd5: hmacMd5State(Buffer.from(password)),
  };
}

/** PLAIN and LOGIN. `saltedPassword` is of the password that the client sent, with the account's salt and rounds. */
export function passwordMatches(verifier: Verifier, saltedPassword: Buffer): boolean {
  return timingSafeEqual(verifier.storedKey, storedKeyOf(saltedPassword));
}

/** CRAM-MD5. `digestHex` is 32 hex digits of either case. */
export function digestMatches(verifier: Verifier, challenge: string, digestHex: string): boolean {
  return timingSafeEqual(hmacMd5(verifier.cramMd5, Buffer.from(challenge)), Buffer.from(digestHex, 'hex'));
}

/** SCRAM. RFC 5802 §3: the proof is the client's key under a mask that who knows StoredKey can take off. `proof` is 32 bytes. */
export function proofMatches({ storedKey }: Verifier, authMessage: string, proof: Buffer): boolean {
  const mask = hmacSha256(storedKey, authMessage);
  const clientKey = Buffer.from(proof.map((byte, i) => byte ^ (mask[i] ?? 0)));
  return timingSafeEqual(storedKey, createHash('sha256').update(clientKey).digest());
}

/** SCRAM's proof of the server to the client. */
export function serverSignature({ serverKey }: Verifier, authMessage: string): Buffer {
  return hmacSha256(serverKey, authMessage);
}

function storedKeyOf(saltedPassword: Buffer): Buffer {
  return createHash('sha256').update(hmacSha256(saltedPassword, 'Client Key')).digest();
}

function hmacSha256(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
