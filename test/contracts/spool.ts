// What every spool must do (shared/ports/spool.ts). A provider runs this suite on a fresh, empty spool and queue per test.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Queue } from '#shared/ports/queue.ts';
import type { Body, BodyWriter, Spool } from '#shared/ports/spool.ts';
import { entryOf } from '../support/entry.ts';

export type SpoolAndQueue = { readonly spool: Spool; readonly queue: Queue };

const KIB = 1024;

type SpoolAndEnqueue = { readonly spool: Spool; readonly queue: Pick<Queue, 'enqueue'> };

export function spoolContract(provider: string, open: (t: TestContext) => Promise<SpoolAndEnqueue>): void {
  suite(`the spool of ${provider}`, () => {
    for (const size of [0, 1, 4 * KIB, 64 * KIB, 64 * KIB + 1, 1000 * KIB]) {
      test(`gives a body of ${size} octets back as it was written, as often as asked`, async (t) => {
        const { spool, queue } = await open(t);
        const content = randomBytes(size);
        const writer = spool.create('B1');
        await writeAll(writer, content);
        await writer.seal();
        await queue.enqueue([entryOf({ id: 'B1', body: 'B1', size })]);
        const body = await spool.open('B1');
        assert.equal(body?.size, size);
        assert.deepEqual(await contentOf(body), content);
        assert.deepEqual(await contentOf(body), content);
      });

      test(`forgets a body of ${size} octets that is discarded before it is sealed`, async (t) => {
        const { spool } = await open(t);
        const unsealed = spool.create('B1');
        await writeAll(unsealed, randomBytes(size));
        assert.equal(await spool.open('B1'), undefined);
        await unsealed.discard();
        assert.equal(await spool.open('B1'), undefined);
      });

      test(`keeps a body of ${size} octets that an entry names, though it is discarded behind that`, async (t) => {
        const { spool, queue } = await open(t);
        const content = randomBytes(size);
        const sealed = spool.create('B1');
        await writeAll(sealed, content);
        await sealed.seal();
        await queue.enqueue([entryOf({ id: 'B1', body: 'B1', size })]);
        await sealed.discard();
        await sealed.discard();
        assert.deepEqual(await contentOf(await spool.open('B1')), content);
      });
    }

    test('keeps bodies apart that are written at the same time', async (t) => {
      const { spool, queue } = await open(t);
      const contents = Array.from({ length: 8 }, (_, i) => randomBytes(i % 2 === 0 ? 300 : 200 * KIB));
      await Promise.all(
        contents.map(async (content, i) => {
          const writer = spool.create(`B${i}`);
          await writeAll(writer, content);
          await writer.seal();
          await queue.enqueue([entryOf({ id: `B${i}`, body: `B${i}` })]);
        }),
      );
      for (const [i, content] of contents.entries())
        assert.deepEqual(await contentOf(await spool.open(`B${i}`)), content);
    });

    test('says of a body that was never written that there is none', async (t) => {
      const { spool } = await open(t);
      assert.equal(await spool.open('NONE'), undefined);
    });

    test('a reader that stops half-way does no harm', async (t) => {
      const { spool, queue } = await open(t);
      const writer = spool.create('B1');
      await writeAll(writer, randomBytes(300 * KIB));
      await writer.seal();
      await queue.enqueue([entryOf({ id: 'B1', body: 'B1' })]);
      const body = await spool.open('B1');
      for await (const piece of body?.chunks() ?? []) {
        assert.ok(piece.length > 0);
        break;
      }
      assert.equal((await contentOf(body)).length, 300 * KIB);
    });
  });
}

/** In pieces as a socket gives them, waiting when asked to. */
export async function writeAll(writer: BodyWriter, content: Buffer, piece = 16 * KIB - 7): Promise<void> {
  for (let at = 0; at < content.length; at += piece) await writer.write(Buffer.from(content.subarray(at, at + piece)));
}

export async function contentOf(body: Body | undefined): Promise<Buffer> {
  assert.ok(body, 'the body is missing');
  const pieces: Buffer[] = [];
  for await (const piece of body.chunks()) {
    assert.ok(piece.length <= 64 * KIB, 'a piece is larger than 64 KiB');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
