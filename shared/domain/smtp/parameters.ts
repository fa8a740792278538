// ESMTP parameters behind a path: `KEYWORD` or `KEYWORD=value`, separated by blanks (RFC 5321 §4.1.2).

export type Parameter = {
  /** Upper case. */
  readonly keyword: string;
  /** Undefined where there is no `=`. */
  readonly value: string | undefined;
  /** As typed, for the reply. */
  readonly text: string;
};

export function parseParameters(rest: string): Parameter[] {
  if (rest === '') return [];
  return rest
    .split(/[ \t]+/)
    .filter((text) => text !== '')
    .map((text) => {
      const equals = text.indexOf('=');
      return equals === -1
        ? { keyword: text.toUpperCase(), value: undefined, text }
        : { keyword: text.slice(0, equals).toUpperCase(), value: text.slice(equals + 1), text };
    });
}
