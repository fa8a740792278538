// The use case: look at the certificate that is kept, and when it does not do any longer, order new ones, one for each kind of
// key, check each, and put them together. What fails leaves what is kept in place, is logged in the authority's words, and is
// tried at the next run. Nothing here knows ACME, DNS or the store. Rejects if the store of certificates cannot be read.

import { daysLeft } from '#shared/domain/tls/renewal.ts';
import type { Authority, Challenges } from '#shared/ports/authority.ts';
import type { CertificatePair, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import type { Log } from '#shared/ports/log.ts';
import type { Zone } from '#shared/ports/zone.ts';
import { generateKey, type KeyKind } from './key.ts';
import { endOf, problemOf, reasonToRenew } from './pair.ts';

export type CertificatePorts = {
  readonly certificates: Certificates;
  readonly authority: Authority;
  readonly zone: Zone;
  readonly names: readonly string[];
  readonly keys: readonly KeyKind[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
};

export type Run = {
  readonly renewed: boolean;
  /** Of the certificate that is kept now; 0 if there is none. */
  readonly daysLeft: number;
  /** Why it was not renewed although that was due. */
  readonly problem?: string;
};

type Renewal =
  { readonly kind: 'put'; readonly pairs: CertificatePairs } | { readonly kind: 'failed'; readonly problem: string };

/** Seconds. A challenge record is there for some seconds, and whoever looks is to see the newest. */
const CHALLENGE_TTL = 60;

export function createCertificate({ certificates, authority, zone, names, keys, now, log }: CertificatePorts) {
  const wanted = { names, keys, authority: authority.directory };

  const challenges: Challenges = {
    publish: (name, value) => zone.put(`_acme-challenge.${name}`, 'TXT', [value], CHALLENGE_TTL),
    async withdraw(name, value) {
      try {
        await zone.remove(`_acme-challenge.${name}`, 'TXT', [value], CHALLENGE_TTL);
      } catch (error) {
        // It proves nothing any longer, and the next challenge takes its place.
        log.warn({ event: 'challengeLeft', name, reason: wordsOf(error) }, 'a challenge record was left in the zone');
      }
    },
  };

  async function accountKey(): Promise<string> {
    const kept = await certificates.account();
    if (kept?.authority === authority.directory) return kept.key;
    const key = await generateKey('ecdsa');
    // Kept before the authority hears of it: an account whose key is lost could never be used again.
    await certificates.putAccount({ authority: authority.directory, key });
    return key;
  }

  /** All of them, or none. One after the other: the orders would share a TXT record. */
  async function order(): Promise<Renewal> {
    const account = await accountKey();
    const pairs: CertificatePair[] = [];
    for (const kind of keys) {
      const key = await generateKey(kind);
      const cert = await authority.issue({ accountKey: account, names, key, challenges });
      const pair = { cert, key, authority: authority.directory };
      const problem = problemOf(pair, kind, names, now());
      if (problem !== undefined)
        return { kind: 'failed', problem: `the certificate that was issued cannot be used: ${problem}` };
      pairs.push(pair);
    }
    await certificates.put(pairs);
    return { kind: 'put', pairs };
  }

  async function renew(because: string): Promise<Renewal> {
    const event = { names, keys, authority: authority.directory, because };
    log.info({ event: 'certificateOrder', ...event }, 'ordering a certificate');
    const renewal = await order().catch((error: unknown): Renewal => ({ kind: 'failed', problem: wordsOf(error) }));
    if (renewal.kind === 'failed')
      log.error({ event: 'certificateFailed', ...event, reason: renewal.problem }, 'the certificate was not renewed');
    return renewal;
  }

  return {
    /** `force`: renew, whatever is kept. */
    async run(force = false): Promise<Run> {
      const kept = await certificates.current();
      const reason = force ? 'it was asked for' : reasonToRenew(kept, wanted, now());
      const renewal = reason === undefined ? undefined : await renew(reason);
      const renewed = renewal?.kind === 'put';
      const end = endOf(renewed ? renewal.pairs : (kept ?? []));
      const run = { renewed, daysLeft: end === undefined ? 0 : daysLeft(end, now()) };
      log.info({ event: 'certificate', ...run }, renewed ? 'renewed' : 'kept');
      return renewal?.kind === 'failed' ? { ...run, problem: renewal.problem } : run;
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
