// A message body for tests, in memory, given in pieces.

import type { Body } from '#shared/ports/spool.ts';

export function bodyOf(content: string | Buffer, piece = 64 * 1024): Body {
  const octets = Buffer.isBuffer(content) ? content : Buffer.from(content, 'latin1');
  return {
    size: octets.length,
    async *chunks() {
      for (let start = 0; start < octets.length; start += piece) yield octets.subarray(start, start + piece);
    },
  };
}
