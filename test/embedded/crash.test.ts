import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { contentOf, writeAll } from '../contracts/spool.ts';
import { entryOf } from '../support/entry.ts';
import { bodyFor } from './support/crash-bodies.ts';
import { dataFolder, openRelay, openTool } from './support/data-folder.ts';

const PROGRAM = join(import.meta.dirname, 'support', 'enqueuing-process.ts');
const ROUNDS = 5;
/** Milliseconds of load before the kill, at most. */
const LONGEST_LOAD = 300;

test(
  'what was confirmed is there after kill -9 at any moment, bodies whole, and nothing else',
  { timeout: 60_000 },
  async (t) => {
    const folder = await dataFolder(t);
    const confirmed: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1)
      confirmed.push(...(await enqueueUntilKilled(t, folder, `R${round}`)));

    const { queue, spool } = await openRelay(t, folder);
    const entries = await queue.list();
    const ids = new Set(entries.map(({ id }) => id));
    assert.ok(confirmed.length > ROUNDS, 'hardly any load');
    assert.deepEqual(
      confirmed.filter((id) => !ids.has(id)),
      [],
    );
    for (const { id } of entries) assert.deepEqual(await contentOf(await spool.open(id)), bodyFor(id));

    const large = entries.filter(({ id }) => bodyFor(id).length > 64 * 1024).map(({ id }) => id);
    assert.deepEqual((await spoolFiles(folder)).toSorted(), large.toSorted());
    const claimed = await queue.claim({ owner: 'next', now: Date.now(), lease: 1000, limit: entries.length + 1 });
    assert.equal(claimed.length, entries.length, 'a dead process holds leases');
  },
);

test('a relay that starts sweeps bodies that no entry names; a tool leaves them alone', async (t) => {
  const folder = await dataFolder(t);
  const before = await openRelay(t, folder);
  for (const id of ['KEPT', 'ORPHAN']) {
    const writer = before.spool.create(id);
    await writeAll(writer, Buffer.alloc(100 * 1024));
    await writer.seal();
  }
  await before.queue.enqueue([entryOf({ id: 'KEPT', body: 'KEPT' })]);
  await before.close();
  await writeFile(join(folder, 'spool', '3', 'HALF.part'), 'half a bo');

  await (await openTool(t, folder)).close();
  assert.equal((await spoolFiles(folder)).length, 3);
  await (await openRelay(t, folder)).close();
  assert.deepEqual(await spoolFiles(folder), ['KEPT']);
});

/** The ids that were confirmed before the kill. */
async function enqueueUntilKilled(t: TestContext, folder: string, prefix: string): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, folder, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child.stdout, 'data');
  await pause(randomInt(LONGEST_LOAD));
  child.kill('SIGKILL');
  await once(child, 'close');
  return printed.split('\n').slice(0, -1);
}

async function spoolFiles(folder: string): Promise<string[]> {
  const found = await readdir(join(folder, 'spool'), { recursive: true, withFileTypes: true });
  return found.filter((each) => each.isFile()).map(({ name }) => name);
}
