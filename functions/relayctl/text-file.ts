// A file that the operator names on the command line.

import { readFile } from 'node:fs/promises';
import { OperatorError } from './operator-error.ts';

export async function readTextFile(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`cannot read ${path} (${error.code}); name a readable file`);
  });
}
