// Every way in which somebody may hope that a server sees a message's end where there is none (CVE-2023-51764 and its kin): a dot
// between line ends of which at least one is no CRLF, with octets in between that another server may drop. Made as a
// product, so that none is forgotten; the one true end, CRLF.CRLF, is not among them.

const LINE_ENDS = ['\r\n', '\n', '\r', '\r\r\n', '\n\r', '\r\0\n', '\0\r\n', '\r\n\0', '\0', ' ', '\r\n ', ''];
const DOTS = ['.', '\0.', '.\0', ' .', '. ', '..', '\r.', '.\x1a', '\x0b.', '\x85.'];

const SMUGGLED =
  'MAIL FROM:<smuggled@example.jp>\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled';
const END = '\r\n.\r\n';

export type Variant = {
  /** The variant alone, escaped. */
  readonly name: string;
  /** What is sent behind DATA, up to its true end and no further. */
  readonly sent: string;
  /** What must be stored. */
  readonly stored: string;
};

export const VARIANTS: readonly Variant[] = LINE_ENDS.flatMap((before) =>
  DOTS.flatMap((dot) => LINE_ENDS.map((after) => before + dot + after)),
)
  .filter((end, i, all) => all.indexOf(end) === i && !end.includes(END))
  .map((end) => ({ end, text: `Subject: first\r\n\r\nfirst${end}${SMUGGLED}` }))
  .map(({ end, text }) => ({ name: JSON.stringify(end), sent: text + END, stored: mended(`${text}\r\n`) }));

/** What RFC 5321 §4.5.2 and Postfix's normalisation say, in the plainest words: one step behind the other. */
function mended(text: string): string {
  return text.replace(/\r\n|\r|\n/g, (end) => (end === '\r' ? ' ' : '\r\n')).replace(/(^|\r\n)\./g, '$1');
}
