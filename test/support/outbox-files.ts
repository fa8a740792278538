// What the capture transport has put into a data folder's outbox, read from the disk as any Maildir reader would.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The whole messages, by file name. */
export async function outboxMessages(dataDirectory: string): Promise<Buffer[]> {
  const folder = join(dataDirectory, 'outbox', 'new');
  const names = (await readdir(folder)).toSorted();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

/** The message as it was sent: without the trace header on top, which must be there. */
export function withoutTrace(message: Buffer): Buffer {
  const trace = /^Received: [^\r\n]*\r\n(?:\t[^\r\n]*\r\n)+/.exec(message.toString('latin1'))?.[0];
  if (trace === undefined) throw new Error('no trace header on top');
  return message.subarray(trace.length);
}
