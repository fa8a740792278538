// The attributes of XCLIENT and XFORWARD (Postfix's XCLIENT_README and XFORWARD_README): `NAME=value` pairs, the values in xtext
// (RFC 3461 §4). The same rules for both; which names there are is each verb's own.

import { unquoteXtext } from './dsn.ts';
import { ipv6, isIPv4 } from './ip-address.ts';
import { isDomain } from './path.ts';
import * as replies from './reply.ts';
import type { Reply } from './reply.ts';

/** What a value becomes, or undefined where it is none. */
export type AttributeRule = (value: string) => string | undefined;

const MAX_VALUE = 255;
/** What Postfix blanks where it could be taken for more than a name. */
const UNSAFE = /[ <>()\\";@]/g;

/** What was said, by attribute; or what is wrong with it. */
export function parseAttributes(
  verb: 'XCLIENT' | 'XFORWARD',
  argument: string,
  rules: ReadonlyMap<string, AttributeRule>,
): ReadonlyMap<string, string> | Reply {
  const said = new Map<string, string>();
  for (const pair of argument.trim().split(/[ \t]+/)) {
    const equals = pair.indexOf('=');
    const typed = equals === -1 ? pair : pair.slice(0, equals);
    const raw = pair.slice(typed.length + 1);
    if (raw === '') return replies.r501AttributeExpected;
    if (raw.length > MAX_VALUE) return replies.r501AttributeTooLong;
    const value = (unquoteXtext(raw) ?? raw).replace(/[^\x20-\x7e]/g, '?');
    const name = typed.toUpperCase();
    const rule = rules.get(name);
    if (rule === undefined) return replies.r501UnknownAttribute(verb, typed);
    const result = rule(value);
    if (result === undefined) return replies.r501BadAttribute(name, value);
    said.set(name, result);
  }
  return said;
}

const UNKNOWN = 'unknown';

export function isUnavailable(value: string): boolean {
  return /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value);
}

/** Where the client may say that it does not know, that is `unknown`. */
function orUnavailable(rule: AttributeRule): AttributeRule {
  return (value) => (isUnavailable(value) ? UNKNOWN : rule(value));
}

export const hostname = orUnavailable((value) => (isDomain(value) && !isIPv4(value) ? value : undefined));

export const address = orUnavailable((value) => {
  const [, inside] = /^IPV6:(.*)$/i.exec(value) ?? [];
  if (inside !== undefined) return ipv6(inside);
  return isIPv4(value) ? value : undefined;
});

export const port = orUnavailable((value) => (/^\d{1,5}$/.test(value) ? value : undefined));

/** Any text, made safe for a header. */
export const text = (longest = MAX_VALUE): AttributeRule =>
  orUnavailable((value) => (value.length <= longest ? value.replace(UNSAFE, '?') : undefined));

export const oneOf =
  (...words: readonly string[]): AttributeRule =>
  (value) =>
    words.includes(value.toUpperCase()) ? value.toUpperCase() : undefined;
