// The types of settings that are the field's own: host names, domains, networks, next hops, lines and paths.
// A value is checked for its form alone; whether a host answers or a file is there is seen by whoever uses it.

import { isIP } from 'node:net';
import { list, textOf } from './value-types.ts';

/** RFC 1123 §2.1, and the underscore that machines' names carry in practice. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*$/i;
const PORT_NAMES = new Map([
  ['smtp', 25],
  ['submission', 587],
  ['submissions', 465],
]);

const isHostName = (text: string): boolean => HOST_NAME.test(text);

export const hostName = textOf({ name: 'host name', written: 'a name such as relay.example.jp', test: isHostName });

/** One line that may stand in a reply (RFC 5321 §4.2). */
export const line = textOf({
  name: 'line of text',
  written: 'one line of printable ASCII',
  test: (text) => /^[\x20-\x7e]*$/.test(text),
});

/** Tables are plain files here, so that Postfix's `hash:` and the like before a path would be part of its name. */
export const path = textOf({
  name: 'path',
  written: "a file's path, without a table type such as hash:",
  test: (text) => /^(?![a-z]+:)[^\p{Cc}]*$/u.test(text),
});

/** A client certificate's SHA-256 fingerprint, as openssl writes it, and whose it is. */
const certificateLogin = textOf({
  name: 'fingerprint with a login',
  written: 'FINGERPRINT=LOGIN, such as 4A:…:0F=aaa@mail.example.jp, with the 32 octets of SHA-256',
  test: (text) => /^([0-9a-f]{2}:){31}[0-9a-f]{2}=[^\s=,][^\s,]*$/i.test(text),
});
export const certificateLogins = list('fingerprints with logins', certificateLogin);

const domain = textOf({ name: 'domain', written: 'domains such as example.jp', test: isHostName });
export const domains = list('domains', { ...domain, parse: (text) => domain.parse(text.toLowerCase()) });

const command = textOf({ name: 'command', written: 'commands such as GET', test: (text) => /^[a-z]+$/i.test(text) });
/** Upper case. */
export const commands = list('commands', { ...command, parse: (text) => command.parse(text.toUpperCase()) });

const network = textOf({
  name: 'network',
  written: 'an address or a CIDR block, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32',
  test(text) {
    const [address = '', prefix, ...more] = text.split('/');
    const family = isIP(address);
    if (family === 0 || more.length > 0) return false;
    if (prefix === undefined) return true;
    return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
  },
});
export const networks = list('networks', network);

export type Relayhost = {
  readonly host: string;
  readonly port: number;
  /** No brackets: the host is a domain, whose MX records name the next hop. */
  readonly mx: boolean;
};

/** Postfix's relayhost: `[host]`, `[host]:port`, `host`, `host:port`. Undefined if it is none of them. */
export function parseRelayhost(text: string): Relayhost | undefined {
  const [, bracketed, bare, service = 'smtp'] = /^(?:\[([^[\]]+)\]|([^[\]:]+))(?::(\w+))?$/.exec(text) ?? [];
  const host = bracketed ?? bare ?? '';
  const port = PORT_NAMES.get(service) ?? (/^\d{1,5}$/.test(service) ? Number(service) : 0);
  const good = (isHostName(host) || isIP(host) !== 0) && port >= 1 && port <= 65_535;
  return good ? { host, port, mx: bracketed === undefined } : undefined;
}

export const relayhost = textOf({
  name: 'next hop',
  written:
    '[host]:port, [host], host:port or host, such as [smtp.example.jp]:submission; a port is a number, smtp, submission or submissions',
  test: (text) => parseRelayhost(text) !== undefined,
});
