// Stored records, as every provider keeps them: JSON that carries the version of its schema. A record of another version, or one that is no JSON, is refused
// with words that say which one it is, rather than half understood.

import { PermanentFault } from './faults.ts';

/** `what` names the record in the error. */
export function parseRecord(text: string, version: number, what: string): object {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw new PermanentFault(`the record of ${what} is damaged`, { cause });
  }
  if (record === null || typeof record !== 'object' || !('version' in record)) {
    throw new PermanentFault(`the record of ${what} has no version`);
  }
  if (record.version === version) return record;
  throw new PermanentFault(
    `the record of ${what} has version ${String(record.version)}; this relay reads version ${version}`,
  );
}
