// How `npm start` starts the relay, Node's flags included: what is measured is what people run.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

/** The arguments for Node, up to the relay's own. */
export async function startCommand(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, , ...flags] = scripts.start.split(' '); // exec node
  const main = flags.pop() ?? '';
  return [...flags, join(PROJECT, main)];
}
