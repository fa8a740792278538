// Whom failures to log in are counted for: an IPv4 client is its address, an IPv6 client its /64, since whoever has one address
// of that has all of them. Pure; text that is no address stands for itself.

const GROUPS = 8;
/** Of a /64. */
const NETWORK_GROUPS = 4;

/** `192.0.2.1`, also for an IPv4-mapped address (RFC 4291 §2.5.5.2); `2001:db8:0:1::/64`. */
export function clientNetwork(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%', 1).join('').split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail);
  const between = Array.from({ length: Math.max(0, GROUPS - first.length - last.length) }, () => '0');
  const groups = [...first, ...between, ...last].slice(0, NETWORK_GROUPS);
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
