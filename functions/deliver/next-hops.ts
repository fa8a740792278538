// The hosts behind the setting relayhost, the first to be tried first. In brackets it is the host itself; without, its MX
// records name the hosts (RFC 5321 §5.1), and a domain that has none is its own host.

import { resolveMx } from 'node:dns/promises';
import type { Relayhost } from '#shared/config/mail-values.ts';

/** What the DNS says of a domain. Throws as node:dns does. */
export type ResolveMx = (domain: string) => Promise<{ readonly exchange: string; readonly priority: number }[]>;

export async function nextHops(relayhost: Relayhost, resolve: ResolveMx = resolveMx): Promise<string[]> {
  if (!relayhost.mx) return [relayhost.host];
  const records = await resolve(relayhost.host).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return [];
    throw error;
  });
  const hosts = records.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
  return hosts.length > 0 ? hosts : [relayhost.host];
}
