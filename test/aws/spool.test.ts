import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { crc32 } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { S3Spool } from '#shared/aws/spool.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { BodyWriter } from '#shared/ports/spool.ts';
import type { S3AndSqs } from '../support/aws/s3-and-sqs.ts';
import { contentOf, writeAll } from '../contracts/spool.ts';
import { spoolInS3 } from './support/spool.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const KIB = 1024;
const MIB = 1024 * KIB;
const SMALL = 10 * KIB;
const LARGE = 300 * KIB;
const PUT = /^PUT \/spool\/bodies/;
const GET = /^GET \/spool\/bodies/;
const INTERNAL_ERROR = { status: 500, type: 'InternalError' };
const DENIED = { status: 403, type: 'AccessDenied' };

async function written(spool: S3Spool, id: string, content: Buffer): Promise<BodyWriter> {
  const writer = spool.create(id);
  await writeAll(writer, content);
  return writer;
}

async function store(spool: S3Spool, id: string, content: Buffer): Promise<void> {
  const writer = await written(spool, id, content);
  await writer.seal();
}

async function idsOf(bodies: AsyncIterable<string>): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of bodies) ids.push(id);
  return ids;
}

/** Those that are still in use. */
function octetsOfBuffers(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const puts = (s3: S3AndSqs) => s3.requests.filter(({ what }) => PUT.test(what));

for (const size of [SMALL, LARGE]) {
  suite(`a body of ${size} octets`, () => {
    test('goes up in one request of known length, with the sum of its bytes', async (t) => {
      const { s3, spool } = await spoolInS3(t);
      const content = randomBytes(size);
      const writer = await written(spool, 'B1', content);
      assert.equal(puts(s3).length, 0);
      await writer.seal();
      assert.equal(puts(s3).length, 1);
      const headers = puts(s3)[0]?.headers ?? {};
      assert.equal(headers['content-length'], String(size));
      assert.equal(headers['transfer-encoding'], undefined);
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(Buffer.from(String(headers['x-amz-checksum-crc32']), 'base64').readUInt32BE(), crc32(content));
    });

    for (const fault of [INTERNAL_ERROR, { status: 503, type: 'SlowDown' }, 'hang up', 'answer lost'] as const) {
      test(`is stored at the third try after twice ${typeof fault === 'string' ? fault : fault.type}`, async (t) => {
        const { s3, spool } = await spoolInS3(t);
        s3.fail(PUT, fault, fault);
        const content = randomBytes(size);
        await store(spool, 'B1', content);
        assert.deepEqual(await contentOf(await spool.open('B1')), content);
        assert.equal(puts(s3).length, 3);
      });
    }

    test('meets a temporary fault at seal when S3 fails three times, and leaves what S3 may have to the sweep', async (t) => {
      const { s3, spool, scratch } = await spoolInS3(t);
      s3.fail(PUT, INTERNAL_ERROR, INTERNAL_ERROR, 'answer lost');
      const writer = await written(spool, 'B1', randomBytes(size));
      await assert.rejects(writer.seal(), TemporaryFault);
      assert.ok(await spool.open('B1'), 'the last try was stored, though nobody was told');
      await writer.discard();
      assert.ok(await spool.open('B1'));
      assert.deepEqual(await readdir(scratch), []);
    });

    test('meets a temporary fault at seal when S3 is down, and can be discarded all the same', async (t) => {
      const { s3, spool } = await spoolInS3(t);
      const writer = await written(spool, 'B1', randomBytes(size));
      await s3.close();
      await assert.rejects(writer.seal(), TemporaryFault);
      await writer.discard();
    });

    test('meets a permanent fault at once where S3 refuses, or the bucket is missing', async (t) => {
      const { s3, client, spool, scratch } = await spoolInS3(t);
      s3.fail(PUT, DENIED);
      await assert.rejects(store(spool, 'B1', randomBytes(size)), PermanentFault);
      assert.equal(puts(s3).length, 1);
      const elsewhere = new S3Spool({ client, bucket: 'missing', scratch });
      await assert.rejects(store(elsewhere, 'B1', randomBytes(size)), PermanentFault);
    });
  });
}

suite('the scratch folder', () => {
  test('sees no small body, and of a large one not even a name', async (t) => {
    const { spool, scratch, client } = await spoolInS3(t);
    await store(new S3Spool({ client, bucket: 'spool', scratch: '/nonexistent' }), 'B1', randomBytes(SMALL));
    const writer = await written(spool, 'B2', randomBytes(LARGE));
    assert.deepEqual(await readdir(scratch), []);
    await writer.seal();
  });

  test('may be missing: a large body then meets a temporary fault at seal, and nothing is sent', async (t) => {
    const { s3, client } = await spoolInS3(t);
    const spool = new S3Spool({ client, bucket: 'spool', scratch: '/nonexistent' });
    const writer = await written(spool, 'B1', randomBytes(LARGE));
    await assert.rejects(writer.seal(), TemporaryFault);
    await writer.discard();
    assert.equal(puts(s3).length, 0);
  });
});

suite('a body that is read', () => {
  test('costs one call up to 256 KiB, and one more for what is behind', async (t) => {
    const { s3, spool } = await spoolInS3(t);
    const ranges = async (size: number): Promise<unknown[]> => {
      await store(spool, `B${size}`, randomBytes(size));
      const before = s3.requests.length;
      assert.equal((await contentOf(await spool.open(`B${size}`))).length, size);
      return s3.requests.slice(before).map(({ headers }) => headers['range']);
    };
    assert.deepEqual(await ranges(256 * KIB), ['bytes=0-262143']);
    assert.deepEqual(await ranges(256 * KIB + 1), ['bytes=0-262143', 'bytes=262144-']);
  });

  test('is a temporary fault while S3 fails, and a permanent one where it refuses: never a missing body', async (t) => {
    const { s3, spool } = await spoolInS3(t);
    await store(spool, 'B1', randomBytes(LARGE));
    s3.fail(GET, INTERNAL_ERROR, INTERNAL_ERROR, INTERNAL_ERROR);
    await assert.rejects(spool.open('B1'), TemporaryFault);
    s3.fail(GET, DENIED);
    await assert.rejects(spool.open('B1'), PermanentFault);
    const body = await spool.open('B1');
    s3.fail(GET, 'hang up', 'hang up', 'hang up');
    await assert.rejects(contentOf(body), TemporaryFault);
    assert.equal((await contentOf(body)).length, LARGE);
  });

  test('is a temporary fault when it goes while it is read', async (t) => {
    const { spool } = await spoolInS3(t);
    await store(spool, 'B1', randomBytes(LARGE));
    const body = await spool.open('B1');
    await spool.remove(['B1']);
    await assert.rejects(contentOf(body), TemporaryFault);
  });
});

test('29 MiB stream in and out, and are not held in memory', async (t) => {
  const { s3, spool } = await spoolInS3(t);
  const piece = randomBytes(64 * KIB);
  const count = (29 * MIB) / piece.length;
  const writer = spool.create('B1');
  const before = octetsOfBuffers();
  let most = 0;
  for (let i = 0; i < count; i += 1) {
    await writer.write(Buffer.from(piece));
    if (i % 16 === 0) most = Math.max(most, octetsOfBuffers() - before);
  }
  // What waits for the disk, and what the collector has not given back yet.
  assert.ok(most < 8 * MIB, `${most} octets were held`);
  await writer.seal();
  assert.equal(puts(s3)[0]?.headers['content-length'], String(29 * MIB));

  const expected = createHash('sha256');
  for (let i = 0; i < count; i += 1) expected.update(piece);
  const found = createHash('sha256');
  for await (const chunk of (await spool.open('B1'))?.chunks() ?? []) found.update(chunk);
  assert.equal(found.digest('hex'), expected.digest('hex'));
});

suite('the sweep', () => {
  const YEAR = 365 * 24 * 3600 * 1000;

  test('finds what was sealed before a time, over many pages, and removes it', async (t) => {
    const { s3, spool } = await spoolInS3(t);
    const ids = Array.from({ length: 1100 }, (_, i) => `B${String(i).padStart(4, '0')}`);
    for (let at = 0; at < ids.length; at += 50)
      await Promise.all(ids.slice(at, at + 50).map((id) => store(spool, id, Buffer.from(id))));
    assert.deepEqual(await idsOf(spool.before(Date.now() - YEAR)), []);
    assert.deepEqual(await idsOf(spool.before(Date.now() + YEAR)), ids);
    const before = s3.requests.length;
    await spool.remove(ids);
    assert.equal(s3.requests.length - before, 2);
    assert.deepEqual(await idsOf(spool.before(Date.now() + YEAR)), []);
    await spool.remove(ids.slice(0, 1));
    await spool.remove([]);
  });

  test('passes over what is no body, such as the mark that the console makes of a folder', async (t) => {
    const { spool, client } = await spoolInS3(t);
    for (const name of ['', 'notes.txt', 'old/B1'])
      await client.send(new PutObjectCommand({ Bucket: 'spool', Key: `bodies/${name}`, Body: '-' }));
    await store(spool, 'B1', randomBytes(SMALL));
    assert.deepEqual(await idsOf(spool.before(Date.now() + YEAR)), ['B1']);
  });

  test('is told when S3 fails or refuses', async (t) => {
    const { s3, spool } = await spoolInS3(t);
    s3.fail(/list-type/, DENIED);
    await assert.rejects(idsOf(spool.before(0)), PermanentFault);
    s3.fail(/delete/, INTERNAL_ERROR, INTERNAL_ERROR, INTERNAL_ERROR);
    await assert.rejects(spool.remove(['B1']), TemporaryFault);
  });
});

test('an id that is no name is refused before anything is done with it', async (t) => {
  const { s3, spool } = await spoolInS3(t);
  const before = s3.requests.length;
  assert.throws(() => spool.create('../B1'), PermanentFault);
  await assert.rejects(async () => spool.open('a/b'), PermanentFault);
  await assert.rejects(spool.remove(['']), PermanentFault);
  assert.equal(s3.requests.length, before);
});

test('a scratch file that cannot be read any longer is a temporary fault of its message, and ends no process', async (t) => {
  const { spool } = await spoolInS3(t);
  const writer = await written(spool, 'B1', randomBytes(LARGE));
  const handle = await open('/dev/null');
  t.mock.method(Object.getPrototypeOf(handle) as FileHandle, 'read', async () => {
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  });
  await handle.close();
  await assert.rejects(writer.seal(), (fault: Error) => {
    assert.ok(fault instanceof TemporaryFault);
    assert.match(fault.message, /the body could not be stored.*EIO/);
    return true;
  });
});
