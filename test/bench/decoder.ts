// `npm run bench -- decoder`: CPU time of the decoder of DATA (shared/domain/smtp/body.ts) on messages that are as hard as they can be, and
// on plain text, in chunks of 64 KiB as they come from a socket. Medians after a warm-up; the last column must stay near 4, or
// the cost is not linear. Printed as the table of docs/benchmarks.md.

import { BodyDecoder } from '#shared/domain/smtp/body.ts';

const CHUNK = 64 * 1024;
const MEGABYTE = 1024 * 1024;
const WARM_UP = 20;
const ROUNDS = 21;

const LINES = {
  'lines of text': `${'x'.repeat(76)}\r\n`,
  'a stuffed dot on every line (`..`)': '..\r\n',
  'lines of dots and CRs': '..\r.\r\n',
  'bare LFs alone': '\n',
  'bare CRs alone': '\r',
};

export function measureDecoder(): void {
  console.log('| message | 1 MB, CPU ms | 4 MB, CPU ms | ratio |\n| - | - | - | - |');
  for (const [name, line] of Object.entries(LINES)) {
    const [one, four] = [median(line, 1), median(line, 4)];
    console.log(`| ${name} | ${one.toFixed(1)} | ${four.toFixed(1)} | ${(four / one).toFixed(1)} |`);
  }
}

/** `megabytes`: of the message. Returns milliseconds. */
function median(line: string, megabytes: number): number {
  for (let i = 0; i < WARM_UP; i++) decode(line, megabytes);
  const times = Array.from({ length: ROUNDS }, () => decode(line, megabytes)).toSorted((a, b) => a - b);
  return times[(ROUNDS - 1) / 2] ?? 0;
}

function decode(line: string, megabytes: number): number {
  const octets = Buffer.alloc(megabytes * MEGABYTE, line, 'latin1');
  const chunks = Array.from({ length: octets.length / CHUNK }, (_, i) => octets.subarray(i * CHUNK, (i + 1) * CHUNK));
  const decoder = new BodyDecoder();
  const before = process.cpuUsage();
  for (const chunk of chunks) decoder.push(chunk);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
