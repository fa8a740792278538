// The header section of a message (RFC 5322 §2.1) for people to read: up to the first empty line, LF line ends, no control
// characters. Of a message without an empty line it shows the first 256 KiB.

import { printable } from './text.ts';

const MOST = 256 * 1024;

export async function headerSection(chunks: AsyncIterable<Buffer>): Promise<string> {
  const start = await firstOctets(chunks);
  const end = start.indexOf('\r\n\r\n');
  const lines = start
    .toString('utf8', 0, end === -1 ? start.length : end)
    .trimEnd()
    .split('\r\n');
  return lines.map((line) => `${line.split('\t').map(printable).join('\t')}\n`).join('');
}

async function firstOctets(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  let octets = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    octets += chunk.length;
    if (octets >= MOST) break;
  }
  return Buffer.concat(read).subarray(0, MOST);
}
