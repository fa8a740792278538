// A command line: a verb, case-insensitive, and the rest (RFC 5321 §4.1.1). Blanks around either mean nothing, as in Postfix.

export type Command = { readonly verb: string; readonly argument: string };

export function parseCommand(line: string): Command {
  const text = line.trim();
  const blank = text.search(/[ \t]/);
  if (blank === -1) return { verb: text.toUpperCase(), argument: '' };
  return { verb: text.slice(0, blank).toUpperCase(), argument: text.slice(blank + 1).trimStart() };
}

const RCPT = /^[ \t]*rcpt(?:[ \t]|$)/i;

/** Whether a line is one of a burst of RCPT commands, which are judged together. */
export function isRcpt(line: string): boolean {
  return RCPT.test(line);
}
