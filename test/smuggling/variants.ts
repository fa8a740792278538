// What stands around a dot that a careless server takes for a message's end (SMTP smuggling: CVE-2023-51764, -51765, -51766),
// made as a product rather than remembered one by one; and what a message becomes in the spool, said in another way than
// the decoder says it.

/** All words of at most so many of these letters. */
function words(letters: readonly string[], length: number): string[] {
  if (length === 0) return [''];
  const shorter = words(letters, length - 1);
  const longest = shorter.filter((word) => word.length === length - 1);
  return [...shorter, ...longest.flatMap((word) => letters.map((letter) => word + letter))];
}

export type Dot = { readonly before: string; readonly after: string };

/** Dots with every pair of such words around them, of which RFC 5321 §4.1.1.4 makes no end. */
export function falseEnds(letters: readonly string[], length: number): Dot[] {
  return dots(letters, length).filter((dot) => !isEnd(dot));
}

/** Dots that are an end. */
export function trueEnds(letters: readonly string[], length: number): Dot[] {
  return dots(letters, length).filter(isEnd);
}

function dots(letters: readonly string[], length: number): Dot[] {
  const around = words(letters, length);
  return around.flatMap((before) => around.map((after) => ({ before, after })));
}

function isEnd({ before, after }: Dot): boolean {
  return before.endsWith('\r\n') && after.startsWith('\r\n');
}

/** A second message, as it would stand in the first one. */
export const SECOND = 'MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nsecond\r\n';

/** What must lie in the spool: bare CRs are blanks, bare LFs line ends, and a line's first dot is off. `text`: without the final dot. */
export function inSpool(text: string): string {
  return withCrlf(text).replace(/(?<=^|\r\n)\./g, '');
}

/** The same of a message in chunks, where a dot means nothing. */
export function withCrlf(text: string): string {
  return text.replace(/\r(?!\n)/g, ' ').replace(/(?<!\r)\n/g, '\r\n');
}

/** A text in two, at every place within it. */
export function* cuts(text: string): Generator<[string, string]> {
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)];
}
