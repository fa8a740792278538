import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { contentOf, writeAll } from '../contracts/spool.ts';
import { entryOf } from '../support/entry.ts';
import { dataFolder, openRelay } from './support/data-folder.ts';

const CHUNK = Buffer.alloc(64 * 1024);

test('a body that comes faster than the disk asks its sender to wait', async (t) => {
  const { spool } = await openRelay(t, await dataFolder(t));
  const writer = spool.create('B1');
  const waits = Array.from({ length: 16 }, () => writer.write(Buffer.from(CHUNK)));
  assert.equal(waits[0], undefined);
  assert.ok(waits.at(-1) instanceof Promise);
  await waits.at(-1);
  await writer.seal();
  assert.equal((await spool.open('B1'))?.size, 16 * CHUNK.length);
});

test('a disk that fails lets the writer go on, and the seal tells', async (t) => {
  const folder = await dataFolder(t);
  const { spool } = await openRelay(t, folder);
  await rm(join(folder, 'spool'), { recursive: true });
  const writer = spool.create('B1');
  await writeAll(writer, Buffer.alloc(1_000_000));
  await assert.rejects(writer.seal(), (error: Error) => {
    assert.ok(error instanceof TemporaryFault);
    assert.match(error.message, /the body cannot be written now: ENOENT/);
    return true;
  });
  await writer.discard();
  await assert.rejects(spool.open('../B1'), /no body can have the id/);
});

for (const size of [100, 100 * 1024]) {
  test(`a message of ${size} octets that the queue refused can be discarded, and one that it has cannot`, async (t) => {
    const { spool, queue } = await openRelay(t, await dataFolder(t));
    await queue.enqueue([entryOf({ id: 'TAKEN', body: 'TAKEN' })]);
    const refused = spool.create('B1');
    await writeAll(refused, Buffer.alloc(size));
    await refused.seal();
    await assert.rejects(queue.enqueue([entryOf({ id: 'TAKEN', body: 'B1' })]), /the queue has TAKEN already/);
    await refused.discard();
    assert.equal(await spool.open('B1'), undefined);

    const stored = spool.create('B2');
    await writeAll(stored, Buffer.alloc(size));
    await stored.seal();
    await queue.enqueue([entryOf({ id: 'B2', body: 'B2' })]);
    await stored.discard();
    assert.equal((await contentOf(await spool.open('B2'))).length, size);
  });
}

test('a body whose file has gone is said to be missing', async (t) => {
  const folder = await dataFolder(t);
  const { spool, queue } = await openRelay(t, folder);
  const writer = spool.create('B1');
  await writeAll(writer, Buffer.alloc(100 * 1024));
  await writer.seal();
  await queue.enqueue([entryOf({ id: 'B1', body: 'B1' })]);
  await rm(join(folder, 'spool'), { recursive: true });
  assert.equal(await spool.open('B1'), undefined);
  assert.deepEqual(await queue.remove(['B1']), ['B1']);
});
