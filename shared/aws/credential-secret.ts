// One secret full of credentials: `{"version":1,"credentials":{LOGIN:{salt,iterations,passwords}}}`, buffers in base64. Owns the form and
// how much goes in; which login lies in which secret is decided by who owns them all (credentials.ts). A value that is
// something else is a PermanentFault.

import type { Credential } from '#shared/domain/sasl/credential.ts';
import { fromStored, type StoredCredential, toStored } from '#shared/domain/sasl/stored-credential.ts';
import { damaged, parseSecretRecord } from './secret-record.ts';
import type { SecretValue, VersionedSecret } from './versioned-secret.ts';

const VERSION = 1;

/** Octets that Secrets Manager takes. */
const LIMIT = 64 * 1024;
/** Octets kept free of new logins, for further passwords of those that are there. */
const MARGIN = 4 * 1024;

/** By login. */
export type CredentialMap = ReadonlyMap<string, Credential>;

export type FilledSecret = { readonly value: SecretValue; readonly credentials: CredentialMap };

export async function readCredentials(secret: VersionedSecret): Promise<FilledSecret> {
  const value = await secret.read();
  const record = parseSecretRecord(value, VERSION, secret.id);
  if (record === undefined) return { value, credentials: new Map() };
  const { credentials } = record as { credentials: Record<string, StoredCredential> };
  try {
    const entries = Object.entries(credentials).map(([login, stored]) => [login, fromStored(login, stored)] as const);
    return { value, credentials: new Map(entries) };
  } catch {
    throw damaged(secret.id);
  }
}

export function formatCredentials(credentials: CredentialMap): string {
  const stored = [...credentials].map(([login, credential]) => [login, toStored(credential)] as const);
  return JSON.stringify({ version: VERSION, credentials: Object.fromEntries(stored) });
}

export function fits(credentials: CredentialMap): boolean {
  return octets(credentials) <= LIMIT;
}

export function hasRoomForNew(credentials: CredentialMap): boolean {
  return octets(credentials) <= LIMIT - MARGIN;
}

function octets(credentials: CredentialMap): number {
  return Buffer.byteLength(formatCredentials(credentials));
}
