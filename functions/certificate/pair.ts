// Judges a certificate with its key: may it be put (problemOf), and must one that is kept be renewed (reasonToRenew)?
// Trust in the authority's root is not asked for: which roots there are is the clients' business.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { renewalDue } from '#shared/domain/tls/renewal.ts';
import type { CertificatePair, CertificatePairs } from '#shared/ports/certificates.ts';
import { kindOf, type KeyKind } from './key.ts';

export type Wanted = {
  readonly names: readonly string[];
  readonly keys: readonly KeyKind[];
  /** The directory URL of the authority that it is to be from. */
  readonly authority: string;
};

/** Milliseconds between the authority's clock and ours. */
const CLOCKS_DIFFER = 60 * 1000;

/** The end of the pair that ends first, ms since the epoch; undefined if one of them cannot be read. */
export function endOf(pairs: CertificatePairs): number | undefined {
  const ends = pairs.map(({ cert }) => leafOf(cert)?.validToDate.getTime());
  return ends.every((end) => end !== undefined) && ends.length > 0 ? Math.min(...ends) : undefined;
}

/** Why these pairs do not do any longer; undefined if they do. */
export function reasonToRenew(
  pairs: CertificatePairs | undefined,
  { names, keys, authority }: Wanted,
  now: number,
): string | undefined {
  if (pairs === undefined || pairs.length === 0) return 'there is none';
  const leaves = pairs.map(({ cert }) => leafOf(cert));
  if (!leaves.every((leaf) => leaf !== undefined)) return 'it cannot be read';
  if (leaves.map((leaf) => kindOf(leaf.publicKey)).join() !== keys.join()) return 'other kinds of keys are wanted';
  if (leaves.some((leaf) => missingName(leaf, names) !== undefined)) return 'other names are wanted';
  if (pairs.some((pair) => pair.authority !== authority)) return 'it is from another authority';
  if (leaves.some((leaf) => isDue(leaf, now))) return 'two thirds of its life are over';
  return undefined;
}

/** Why a pair that was issued may not be put; undefined if it may. */
export function problemOf(
  { cert, key }: CertificatePair,
  kind: KeyKind,
  names: readonly string[],
  now: number,
): string | undefined {
  const [leaf, issuer] = chainOf(cert);
  if (leaf === undefined) return 'it cannot be read';
  if (kindOf(leaf.publicKey) !== kind || !leaf.checkPrivateKey(createPrivateKey(key))) return 'it is for another key';
  const name = missingName(leaf, names);
  if (name !== undefined) return `it is not for ${name}`;
  if (now + CLOCKS_DIFFER < leaf.validFromDate.getTime()) return `it is valid from ${leaf.validFrom} only`;
  // It would be ordered again in every run, until the authority refuses.
  if (isDue(leaf, now)) return `it ends at ${leaf.validTo} already`;
  if (issuer === undefined) return 'its chain is missing';
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return 'its chain is not its own';
  return undefined;
}

function isDue(leaf: X509Certificate, now: number): boolean {
  return renewalDue(leaf.validFromDate.getTime(), leaf.validToDate.getTime(), now);
}

function missingName(leaf: X509Certificate, names: readonly string[]): string | undefined {
  return names.find((name) => leaf.checkHost(name, { subject: 'never' }) === undefined);
}

function leafOf(pem: string): X509Certificate | undefined {
  return chainOf(pem)[0];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Empty if one of them cannot be read. */
function chainOf(pem: string): X509Certificate[] {
  try {
    return (pem.match(CERTIFICATE) ?? []).map((each) => new X509Certificate(each));
  } catch {
    return [];
  }
}
