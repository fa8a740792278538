// A template without what changes with every change of the programs: the hashes of assets.

import type { Template } from './synthesise.ts';

const HASH = /[0-9a-f]{64}/g;

/** As it is written to the snapshot. */
export function normalised(template: Template): string {
  return `${JSON.stringify(template, undefined, 2).replaceAll(HASH, 'ASSET')}\n`;
}
