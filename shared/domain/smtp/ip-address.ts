// An IP address as text: whether it is one, and the one form in which this relay writes it, so that the same client is always
// the same text, however a proxy spelt it.

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_CHARACTERS = /^[0-9a-f:.]{2,45}$/i;
/** As a URL writes an IPv4 address inside an IPv6 one (RFC 4291 §2.5.5.2). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

export function isIPv4(text: string): boolean {
  return IPV4.test(text);
}

/** RFC 5952 §4; an IPv4 address inside an IPv6 one is that address. Undefined if it is no IPv6 address. */
export function ipv6(text: string): string | undefined {
  const url = `http://[${text}]/`;
  if (!IPV6_CHARACTERS.test(text) || !URL.canParse(url)) return undefined;
  const address = new URL(url).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(address) ?? [];
  return high === undefined || low === undefined ? address : [...octets(high), ...octets(low)].join('.');
}

function octets(group: string): [number, number] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
