// The PROXY protocol's header, versions 1 and 2 (haproxy's proxy-protocol.txt): what a proxy says, before anything else, about
// the client that it stands for. It reads from what has come so far, so that any split of the octets gives the same.

import { ipv6, isIPv4 } from './ip-address.ts';

export type ProxyHeader = {
  /** Octets of the header: what follows is the client's. */
  readonly length: number;
  /** Undefined where the proxy speaks for itself, as in a health check, or does not know. */
  readonly client?: string;
};

const TEXT = Buffer.from('PROXY ');
/** CRLF included. */
const LONGEST_TEXT = 107;
const BINARY = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
const FIXED = BINARY.length + 4;
/** With what follows the addresses: more than any proxy says. */
const LONGEST_BINARY = 2048;

const UNKNOWN = /^PROXY UNKNOWN(?: [\x20-\x7e]*)?$/;
const PORT = '(0|[1-9]\\d{0,4})';
const KNOWN = new RegExp(`^PROXY (TCP4|TCP6) (\\S+) (\\S+) ${PORT} ${PORT}$`);

/** `bytes`: all that has come. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'malformed' {
  if (bytes.length === 0) return 'incomplete';
  const [signature, parse] = bytes[0] === BINARY[0] ? ([BINARY, parseBinary] as const) : ([TEXT, parseText] as const);
  const seen = Math.min(bytes.length, signature.length);
  if (bytes.compare(signature, 0, seen, 0, seen) !== 0) return 'malformed';
  return parse(bytes);
}

function parseText(bytes: Buffer): ProxyHeader | 'incomplete' | 'malformed' {
  const end = bytes.subarray(0, LONGEST_TEXT).indexOf('\r\n');
  if (end === -1) return bytes.length < LONGEST_TEXT ? 'incomplete' : 'malformed';
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (UNKNOWN.test(line)) return { length };
  const [, family, source = '', destination = '', ...ports] = KNOWN.exec(line) ?? [];
  const address = family === 'TCP6' ? ipv6 : ipv4;
  const client = address(source);
  if (client === undefined || address(destination) === undefined) return 'malformed';
  return ports.every((port) => Number(port) <= 65_535) ? { length, client } : 'malformed';
}

function ipv4(text: string): string | undefined {
  return isIPv4(text) ? text : undefined;
}

const LOCAL = 0x20;
const PROXY = 0x21;
const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;

function parseBinary(bytes: Buffer): ProxyHeader | 'incomplete' | 'malformed' {
  if (bytes.length < FIXED) return 'incomplete';
  const command = bytes[BINARY.length];
  const family = bytes[BINARY.length + 1];
  const length = FIXED + bytes.readUInt16BE(BINARY.length + 2);
  if (length > LONGEST_BINARY || (command !== LOCAL && command !== PROXY)) return 'malformed';
  if (bytes.length < length) return 'incomplete';
  if (command === LOCAL || family === UNSPECIFIED) return { length };
  const addresses = bytes.subarray(FIXED, length);
  if (family === TCP4 && addresses.length >= 12) return { length, client: addresses.subarray(0, 4).join('.') };
  if (family === TCP6 && addresses.length >= 36) return { length, client: ipv6Of(addresses.subarray(0, 16)) };
  return 'malformed';
}

function ipv6Of(octets: Buffer): string {
  const groups = octets.toString('hex').match(/.{4}/g) ?? [];
  return ipv6(groups.join(':')) ?? '::';
}
