// Whom failures to log in are counted for: an IPv4 client is its address, an IPv6 client its /64, since whoever has one address
// of that has all of them. Pure; text that is no address stands for itself.

import { ipv6 } from '../smtp/ip-address.ts';

const GROUPS = 8;
/** Of a /64. */
const NETWORK_GROUPS = 4;

/** `192.0.2.1`, also for an IPv4-mapped address (RFC 4291 §2.5.5.2); `2001:db8:0:1::/64`. */
export function clientNetwork(address: string): string {
  const [withoutZone = ''] = address.split('%', 1);
  const plain = ipv6(withoutZone);
  if (plain === undefined || !plain.includes(':')) return plain ?? address;
  const [first = [], last = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const between = Array.from({ length: GROUPS - first.length - last.length }, () => '0');
  return `${[...first, ...between, ...last].slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
