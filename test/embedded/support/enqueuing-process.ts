// A relay reduced to its store, to be killed: it enqueues messages, several at a time, and prints the id of each once it is
// confirmed. Every third has a large body. Arguments: the data folder, and what the ids begin with.

import { openStore } from '#shared/embedded/store.ts';
import { writeAll } from '../../contracts/spool.ts';
import { entryOf } from '../../support/entry.ts';
import { bodyFor } from './crash-bodies.ts';

const SESSIONS = 5;

const [folder = '', prefix = ''] = process.argv.slice(2);
const { queue, spool } = await openStore(folder, { role: 'relay' });
let next = 0;

async function session(): Promise<never> {
  for (;;) {
    const id = `${prefix}-${next++}`;
    const writer = spool.create(id);
    await writeAll(writer, bodyFor(id));
    await writer.seal();
    await queue.enqueue([entryOf({ id, body: id })]);
    process.stdout.write(`${id}\n`);
    if (next % 10 === 0) await queue.claim({ owner: id, now: Date.now(), lease: 3_600_000, limit: 5 });
  }
}

await Promise.all(Array.from({ length: SESSIONS }, session));
