// Without a load balancer the listener's name must follow its address, which is another one in every task: it asks what address
// its connections come from, and puts that into the zone. It tries until it has succeeded; the listener serves meanwhile.
//
// A new task takes the name before the old one ends. If the new one fails instead, the name would stay with nobody (or with a
// stranger who got the address), so a task that still runs when the name has been another's for some minutes takes it back.

import { resolve4 } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#shared/ports/log.ts';
import type { Zone } from '#shared/ports/zone.ts';

/** Seconds. A home server asks again so soon after a deployment. */
const TTL = 60;
/** Milliseconds. */
const ANSWER_TIMEOUT = 5000;
const PAUSE = { first: 1000, longest: 60_000 };
/** Milliseconds between two looks at the name, and how many in a row must show another's address: longer than a deployment. */
const LOOKS = { interval: 60_000, others: 5 };

export type PublicAddressContext = {
  readonly zone: Pick<Zone, 'put'>;
  /** Answers with the address of whoever asks, as text. */
  readonly addressUrl: string;
  readonly log: Log;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** Milliseconds between attempts: the first, and the longest that it doubles to. */
  readonly pause?: { readonly first: number; readonly longest: number };
};

export type KeepContext = PublicAddressContext & {
  /** The addresses that the DNS has for a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  readonly looks?: typeof LOOKS;
};

/** Resolves at the signal. Never rejects. */
export async function keepPublicAddress(hostname: string, context: KeepContext): Promise<void> {
  const { signal, log, resolve = resolve4, looks = LOOKS } = context;
  let ours = await registerPublicAddress(hostname, context);
  let others = 0;
  for (;;) {
    await sleep(looks.interval, undefined, { signal }).catch(() => {});
    if (ours === undefined || signal.aborted) return;
    // A name that cannot be looked up now says nothing.
    const found = await resolve(hostname).catch(() => [ours]);
    others = found.includes(ours) ? 0 : others + 1;
    if (others < looks.others) continue;
    log.warn(
      { event: 'publicAddress', hostname, found },
      'the name has been given to another address, and is taken back',
    );
    ours = await registerPublicAddress(hostname, context);
    others = 0;
  }
}

/** Resolves when `hostname` has this machine's address in the zone, or with undefined at the signal. Never rejects. */
export async function registerPublicAddress(
  hostname: string,
  { zone, addressUrl, log, signal, pause = PAUSE }: PublicAddressContext,
): Promise<string | undefined> {
  for (let wait = pause.first; !signal.aborted; wait = Math.min(wait * 2, pause.longest)) {
    try {
      const address = await publicAddress(addressUrl, signal);
      await zone.put(hostname, 'A', [address], TTL);
      log.info({ event: 'publicAddress', hostname, address }, 'the name has the public address');
      return address;
    } catch (err) {
      if (signal.aborted) break;
      log.error(
        { event: 'publicAddress', hostname, err, again: wait },
        'the name does not have the public address yet',
      );
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

async function publicAddress(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT)]) });
  const text = (await response.text()).trim();
  if (!response.ok || !isIPv4(text))
    throw new Error(`${url} gave no IPv4 address but ${response.status} ${text.slice(0, 100)}`);
  return text;
}
