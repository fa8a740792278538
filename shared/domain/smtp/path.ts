// Reverse and forward paths (RFC 5321 §4.1.2) as strict_rfc821_envelopes wants them: angle brackets, no phrases, no
// comments. Without it an address may lack its brackets, as in `MAIL FROM:user@domain`. A source route is read over
// (RFC 5321 appendix C). The address comes out in one form whatever the client's quoting: the local part is quoted only
// where it must be. Without a domain it stays a local part (`postmaster`).

export type PathArgument = {
  /** Without angle brackets; empty for `<>`. */
  readonly address: string;
  /** What follows the path: the ESMTP parameters. */
  readonly rest: string;
};

const DOT_STRING = /^[\w!#$%&'*+\-/=?^`{|}~.]+$/;
// Its value may hold anything printable; a backslash takes the next character as it is.
const QUOTED_STRING = /^"((?:[^"\\\x00-\x1f\x7f-\uffff]|\\[\x20-\x7e])*)"$/;
const UNQUOTED = /^[^\x00-\x20"\\<>()[\],:;\x7f-\uffff]+$/;
const DOMAIN = /^(?!.{256})[a-z0-9_](?:[\w-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[\w-]{0,61}[a-z0-9_])?)*$/i;
const ADDRESS_LITERAL = /^\[[\w.:-]+\]$/;
const BARE_PATH = /^([^\s<>]+)(?:[ \t]+(.*))?$/;
// The end of the path: the first `>` outside a quoted string.
const PATH = /^<((?:[^"<>]|"(?:[^"\\]|\\.)*")*)>(?:[ \t]+(.*))?$/;

/**
 * Reads `FROM:<path> parameters` behind MAIL, or `TO:<path> parameters` behind RCPT.
 * `noPath`: the keyword or everything behind it is missing; `badPath`: what stands there is no path.
 */
export function parsePathArgument(
  argument: string,
  keyword: 'FROM' | 'TO',
  strict: boolean,
): PathArgument | 'noPath' | 'badPath' {
  if (argument.slice(0, keyword.length + 1).toUpperCase() !== `${keyword}:`) return 'noPath';
  const text = argument.slice(keyword.length + 1).trim();
  if (text === '') return 'noPath';
  const match = PATH.exec(text) ?? (strict ? null : BARE_PATH.exec(text));
  if (match === null) return 'badPath';
  const address = parseAddress((match[1] ?? '').trim());
  return address === undefined ? 'badPath' : { address, rest: match[2] ?? '' };
}

function parseAddress(text: string): string | undefined {
  if (text === '') return '';
  const withoutRoute = text.startsWith('@') ? text.slice(text.indexOf(':') + 1) : text;
  const at = withoutRoute.lastIndexOf('@');
  const inQuotes = at < withoutRoute.lastIndexOf('"');
  if (at === -1 || inQuotes) return parseLocalPart(withoutRoute);
  const local = parseLocalPart(withoutRoute.slice(0, at));
  const domain = withoutRoute.slice(at + 1).replace(/\.$/, '');
  if (local === undefined || !(DOMAIN.test(domain) || ADDRESS_LITERAL.test(domain))) return undefined;
  return `${local}@${domain}`;
}

/** An address as Postfix shows it in replies: its local part without the quotes. */
export function unquoted(address: string): string {
  const [, value, domain] = /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(address) ?? [];
  return value === undefined ? address : `${value.replace(/\\(.)/gs, '$1')}${domain}`;
}

export function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}

function parseLocalPart(text: string): string | undefined {
  if (DOT_STRING.test(text)) return text;
  const value = QUOTED_STRING.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? (UNQUOTED.test(text) ? text : undefined);
  if (value === undefined) return undefined;
  return DOT_STRING.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
