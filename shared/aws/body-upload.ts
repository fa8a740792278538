// One body on its way into S3: a small one in memory, a larger one in a scratch file, and then one PutObject of known length,
// before which nothing is sent. The sum of the bytes is counted as they come and goes along, so that S3 refuses what memory,
// disk or network have changed (and the SDK need not wrap the stream in chunks with a trailer, to count it itself).
// The SDK cannot send a stream a second time, so the tries of a file are made here, each with a fresh stream.
// What S3 may have is not deleted here: an entry whose put seems to have failed may be there and name it. The sweep of unnamed bodies
// finds it if not.
// Faults: at `seal`, for everything that went wrong before it too.

import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { BodyWriter } from '#shared/ports/spool.ts';
import { toFault } from './faults.ts';
import { ScratchFile } from './scratch-file.ts';

/** Octets; a larger body goes to a file. */
const SMALL_BODY = 64 * 1024;
/** For a file. One from memory is tried again by the SDK. */
const ATTEMPTS = 3;
/** Milliseconds before the second try; twice as long before each further one. */
const PAUSE = 100;

export type BodyPlace = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Where the body waits if it is not small: a folder, and a name in it. */
  readonly scratch: string;
  readonly name: string;
};

export class BodyUpload implements BodyWriter {
  readonly #place: BodyPlace;
  #size = 0;
  #sum = 0;
  #chunks: Buffer[] = [];
  #file: ScratchFile | undefined;
  #isSealed = false;

  constructor(place: BodyPlace) {
    this.#place = place;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    this.#size += chunk.length;
    this.#sum = crc32(chunk, this.#sum);
    if (this.#file !== undefined) return this.#file.write(chunk);
    this.#chunks.push(chunk);
    return this.#size > SMALL_BODY ? this.#moveToFile() : undefined;
  }

  seal(): Promise<void> {
    this.#isSealed = true;
    return this.#put();
  }

  async discard(): Promise<void> {
    this.#chunks = [];
    if (!this.#isSealed) await this.#file?.close();
  }

  #moveToFile(): Promise<void> | undefined {
    const file = new ScratchFile(this.#place.scratch, this.#place.name);
    this.#file = file;
    const waits = this.#chunks.map((chunk) => file.write(chunk));
    this.#chunks = [];
    return waits.at(-1);
  }

  async #put(): Promise<void> {
    const file = this.#file;
    try {
      if (file === undefined) await this.#send(Buffer.concat(this.#chunks));
      else await this.#putFile(file);
    } finally {
      this.#chunks = [];
      await file?.close();
    }
  }

  async #putFile(file: ScratchFile): Promise<void> {
    try {
      await file.finish();
    } catch (cause) {
      throw new TemporaryFault('the body could not be written to the scratch folder', { cause });
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(file.read());
      } catch (fault) {
        if (attempt === ATTEMPTS || fault instanceof PermanentFault) throw fault;
        await pause(PAUSE * 2 ** (attempt - 1));
      }
    }
  }

  async #send(body: Buffer | Readable): Promise<void> {
    const { client, bucket, key } = this.#place;
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(this.#sum);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentLength: this.#size,
      ChecksumCRC32: sum.toString('base64'),
    });
    // The SDK does not listen to the stream's error, and one that nobody hears ends the process.
    const unreadable = new AbortController();
    if (body instanceof Readable) body.on('error', (error) => unreadable.abort(error));
    try {
      await client.send(command, { abortSignal: unreadable.signal });
    } catch (error) {
      throw toFault(unreadable.signal.reason ?? error, 'the body could not be stored');
    } finally {
      if (body instanceof Readable) body.destroy();
    }
  }
}
