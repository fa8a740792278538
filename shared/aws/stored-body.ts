// A body in S3, read: one call gives its size and its first piece, which for most mail is all of it; a second call streams the rest,
// whenever and as often as it is asked for. Faults: TemporaryFault too when the stream breaks off, ends early or stands still.

import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Body } from '#shared/ports/spool.ts';
import { toFault } from './faults.ts';

/** Octets that the first call asks for. */
const FIRST = 256 * 1024;
/** Octets of a piece that is given out. */
const PIECE = 64 * 1024;
/** Milliseconds without a byte, while one is waited for. */
const STANDSTILL = 30 * 1000;

export type ObjectPlace = { readonly client: S3Client; readonly bucket: string; readonly key: string };

/** Undefined if there is no such object. */
export async function openBody(place: ObjectPlace): Promise<Body | undefined> {
  try {
    const { ContentRange, stream } = await get(place, `bytes=0-${FIRST - 1}`);
    const size = Number(ContentRange?.split('/')[1]);
    const pieces: Buffer[] = [];
    for await (const piece of flowing(stream)) pieces.push(piece);
    const first = Buffer.concat(pieces);
    if (first.length !== Math.min(size, FIRST))
      throw new TemporaryFault('S3 gave a part of a body with a wrong length');
    return { size, chunks: () => chunksOf(place, first, size) };
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchKey') return undefined;
    // No range of an empty object can be given (RFC 9110 §15.5.17).
    if (name === 'InvalidRange') return { size: 0, chunks: () => chunksOf(place, Buffer.alloc(0), 0) };
    throw toFault(error, 'the body could not be read');
  }
}

async function* chunksOf(place: ObjectPlace, first: Buffer, size: number): AsyncGenerator<Buffer> {
  yield* cut(first);
  let at = first.length;
  if (at === size) return;
  try {
    const { stream } = await get(place, `bytes=${at}-`);
    for await (const piece of flowing(stream)) {
      at += piece.length;
      yield* cut(piece);
    }
  } catch (error) {
    throw toFault(error, 'the body could not be read to its end');
  }
  if (at !== size) throw new TemporaryFault(`S3 gave ${at} octets of a body of ${size}`);
}

async function get({ client, bucket, key }: ObjectPlace, range: string) {
  const { Body, ContentRange } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }));
  // In Node, the SDK gives a stream of Node's.
  return { ContentRange, stream: Body as Readable };
}

/** The stream's pieces; fails when none comes for long. It is ended when its reader stops. */
async function* flowing(stream: Readable): AsyncGenerator<Buffer> {
  const reader = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => stream.destroy(new Error(`no byte for ${STANDSTILL} ms`)), STANDSTILL);
      const next = await reader.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

function* cut(octets: Buffer): Generator<Buffer> {
  for (let at = 0; at < octets.length; at += PIECE) yield octets.subarray(at, at + PIECE);
}
