// What this relay keeps in a secret: JSON with the version of its schema. A secret that has no value yet, or `{}` from the stack
// that made it, holds nothing. Anything else is refused with words that name the secret, and is never half understood.

import { PermanentFault } from '#shared/ports/faults.ts';
import type { SecretValue } from './versioned-secret.ts';

/** Undefined if the secret holds nothing yet. `secret` names it in the error. */
export function parseSecretRecord({ text }: SecretValue, version: number, secret: string): object | undefined {
  if (text === undefined) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    // Without its cause: a parser's error quotes what it could not read.
    throw damaged(secret);
  }
  if (record === null || typeof record !== 'object' || Array.isArray(record)) throw damaged(secret);
  if (Object.keys(record).length === 0) return undefined;
  if (!('version' in record)) throw damaged(secret);
  if (record.version === version) return record;
  throw new PermanentFault(
    `the secret ${secret} has version ${JSON.stringify(record.version)}; this relay reads version ${version}`,
  );
}

export function damaged(secret: string): PermanentFault {
  return new PermanentFault(
    `the secret ${secret} does not hold what this relay writes: set it to {} to begin anew, or restore its version AWSPREVIOUS`,
  );
}
