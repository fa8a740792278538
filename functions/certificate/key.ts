// The keys of certificates and of the account: two kinds, made here and never printed.
// ECDSA P-256 is what every client of this century reads; RSA is for those of the last.

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export const KEY_KINDS = ['ecdsa', 'rsa'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const generate = promisify(generateKeyPair);

/** PEM, PKCS#8. */
export async function generateKey(kind: KeyKind): Promise<string> {
  const { privateKey } =
    kind === 'ecdsa' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Undefined for a kind that is not ours. */
export function kindOf(key: KeyObject): KeyKind | undefined {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return 'ecdsa';
    case 'rsa':
      return 'rsa';
    default:
      return undefined;
  }
}

/** `ecdsa` or `ecdsa,rsa`, as the environment says it. ECDSA is always among them, and first. */
export function parseKeyKinds(text: string): KeyKind[] {
  const asked = text.split(',').map((kind) => kind.trim());
  return KEY_KINDS.filter((kind) => kind === 'ecdsa' || asked.includes(kind));
}
