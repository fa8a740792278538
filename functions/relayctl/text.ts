// How relayctl writes for people: aligned, plain, one thing a line. What came from outside never reaches a terminal with
// its control characters, which could move the cursor or retitle the window.

/** Columns two spaces apart, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** One line of foreign text. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** `1 message`, `3 messages`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `2026-11-24 13:06`, local time. */
export function minute(ms: number): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' }).format(ms);
}
