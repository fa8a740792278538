// A message's header section as fields, without loss: joined again, the fields are the section's bytes.
// Lines are split at CRLF and at a bare CR or LF too: some next hops do, and then see fields that RFC 5322 §2.2 would not.
// Text is latin1, one character an octet, whatever charset the message uses.

export type HeaderField = {
  /** Lower case; empty for a line that is no field. */
  readonly name: string;
  /** The field's lines, folding and line ends included. */
  readonly text: string;
};

const LINES = /[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g;

/** Where the header section ends: behind its last line, before the empty line; the message's size if there is no empty line. */
export function headerEnd(message: Buffer): number {
  if (message[0] === 0x0d && message[1] === 0x0a) return 0;
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? message.length : end + 2;
}

export function headerFields(section: Buffer): HeaderField[] {
  const fields: { name: string; lines: string[] }[] = [];
  for (const line of section.toString('latin1').match(LINES) ?? []) {
    const last = fields.at(-1);
    if (last !== undefined && /^[ \t]/.test(line)) last.lines.push(line);
    else fields.push({ name: fieldName(line), lines: [line] });
  }
  return fields.map(({ name, lines }) => ({ name, text: lines.join('') }));
}

export function headerBytes(fields: readonly HeaderField[]): Buffer {
  return Buffer.from(fields.map(({ text }) => text).join(''), 'latin1');
}

/** What stands behind the colon, unfolded (RFC 5322 §2.2.3) and trimmed. */
export function fieldValue(field: HeaderField): string {
  return field.text
    .slice(field.text.indexOf(':') + 1)
    .replace(/[\r\n]+/g, '')
    .trim();
}

/** RFC 5322 §4.5 allows white space before the colon in old messages. */
function fieldName(line: string): string {
  const colon = line.indexOf(':');
  return colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
}
