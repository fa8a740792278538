// Waits for what another process does: there a test can only look again.

import { setTimeout as pause } from 'node:timers/promises';

/** Looks until `look` gives something, and gives that; rejects after `limit` milliseconds. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limit = 10_000,
): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`);
    await pause(25);
  }
}
