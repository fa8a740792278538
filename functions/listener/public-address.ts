// Without a load balancer the listener's name must follow its address, which is another one in every task: it asks what address
// its connections come from, and puts that into the zone. It tries until it has succeeded; the listener serves meanwhile.

import { isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#shared/ports/log.ts';
import type { Zone } from '#shared/ports/zone.ts';

/** Seconds. A home server asks again so soon after a deployment. */
const TTL = 60;
/** Milliseconds. */
const ANSWER_TIMEOUT = 5000;
const PAUSE = { first: 1000, longest: 60_000 };

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
