// A command line: a verb, case-insensitive, and the rest (RFC 5321 §4.1.1). Blanks around either mean nothing, as in Postfix.

export type Command = { readonly verb: string; readonly argument: string };

export function parseCommand(line: string): Command {
  const text = line.trim();
  const blank = text.search(/[ \t]/);
  if (blank === -1) return { verb: text.toUpperCase(), argument: '' };
  return { verb: text.slice(0, blank).toUpperCase(), argument: text.slice(blank + 1).trimStart() };
}

const COUNTED = /^[ \t]*(mail|rcpt|auth)(?:[ \t]|$)/i;
const EVENTS = { mail: 'message', rcpt: 'recipient', auth: 'auth' } as const;

/** What a command line counts as for smtpd_client_…_rate_limit, if anything. */
export function countedEvent(line: string): (typeof EVENTS)[keyof typeof EVENTS] | undefined {
  const verb = COUNTED.exec(line)?.[1]?.toLowerCase() as keyof typeof EVENTS | undefined;
  return verb && EVENTS[verb];
}

const RCPT = /^[ \t]*rcpt(?:[ \t]|$)/i;

/** Whether a line is one of a burst of RCPT commands, which are judged together. */
export function isRcpt(line: string): boolean {
  return RCPT.test(line);
}
