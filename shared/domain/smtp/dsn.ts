// The values of RET, ENVID, NOTIFY and ORCPT (RFC 3461 §4), as strict as Postfix is. What cannot be read is undefined.
// ENVID and ORCPT stay as they were typed, in xtext: so they go out again.

import type { MessageDsn, Notify } from '../message/envelope.ts';

const PRINTABLE = /^[\x20-\x7e]+$/;
const NOTIFICATIONS: readonly Notify[] = ['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'];

export function parseRet(value: string): MessageDsn['ret'] | undefined {
  const ret = value.toUpperCase();
  return ret === 'FULL' || ret === 'HDRS' ? ret : undefined;
}

export function parseEnvid(value: string): string | undefined {
  const text = unquoteXtext(value);
  return text !== undefined && PRINTABLE.test(text) ? value : undefined;
}

/** NEVER, or a list of the others; each is kept once. */
export function parseNotify(value: string): readonly Notify[] | undefined {
  const words = new Set(value.toUpperCase().split(','));
  const notify = NOTIFICATIONS.filter((each) => words.has(each));
  if (notify.length !== words.size || (words.has('NEVER') && words.size > 1)) return undefined;
  return notify;
}

export function parseOrcpt(value: string): string | undefined {
  const [, type, address] = /^([^;]+);(.*)$/.exec(value) ?? [];
  if (type === undefined || address === undefined || !PRINTABLE.test(type)) return undefined;
  const text = unquoteXtext(address);
  return text !== undefined && /^[\x20-\x7e]*$/.test(text) ? value : undefined;
}

/** RFC 3461 §4: `+` and two hexadecimal digits stand for an octet. */
export function unquoteXtext(text: string): string | undefined {
  if (/\+(?![0-9a-f]{2})/i.test(text)) return undefined;
  return text.replace(/\+(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
