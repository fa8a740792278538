// Random octets for ids, drawn from the system in blocks: one call serves hundreds of sessions.

import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Valid until the next call; to be read at once. */
export function randomOctets(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}
