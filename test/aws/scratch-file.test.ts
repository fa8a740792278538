import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { ScratchFile } from '#shared/aws/scratch-file.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scratch-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** This process has a file of the folder open, be it without a name. Linux says so. */
async function isOpen(folder: string): Promise<boolean> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.some((path) => path.startsWith(folder));
}

async function contentOf(file: ScratchFile): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read()) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

test('what was written is read as often as asked, also after a reader has stopped half-way', async (t) => {
  const file = new ScratchFile(await folderFor(t), 'body');
  const pieces = Array.from({ length: 40_000 }, (_, i) => `${i} `);
  const content = pieces.join('');
  for (const piece of pieces) await file.write(Buffer.from(piece));
  await file.finish();
  for await (const piece of file.read()) {
    assert.ok(piece);
    break;
  }
  assert.equal(await contentOf(file), content);
  assert.equal(await contentOf(file), content);
  await file.close();
});

test('closing it in the middle of writing gives the file back, and may be repeated', async (t) => {
  const folder = await folderFor(t);
  const file = new ScratchFile(folder, 'body');
  void file.write(Buffer.alloc(65536));
  await file.finish();
  for (let i = 0; i < 100; i += 1) void file.write(Buffer.alloc(65536));
  if (process.platform === 'linux') assert.ok(await isOpen(folder));
  await file.close();
  assert.ok(!(await isOpen(folder)));
  await file.close();
  await assert.rejects(file.finish(), /closed/);
});

test('a disk that fills up is told when the file is finished, and the file is gone', async (t) => {
  const folder = await folderFor(t);
  const program = `
    import { ScratchFile } from ${JSON.stringify(import.meta.resolve('#shared/aws/scratch-file.ts'))};
    const file = new ScratchFile(process.argv[1], 'body');
    for (let i = 0; i < 64; i += 1) await file.write(Buffer.alloc(65536));
    await file.finish().catch((error) => console.log(error.code));
    await file.close();
  `;
  // As far as this process goes, the disk has room for some hundred KiB.
  const script = 'ulimit -f 400; exec "$@"';
  const node = [process.execPath, '--input-type=module', '--eval', program, folder];
  const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', ...node]);
  assert.equal(stdout, 'EFBIG\n');
  assert.deepEqual(await readdir(folder), []);
});
