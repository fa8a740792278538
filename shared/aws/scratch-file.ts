// A file for the bytes of one body on their way to the store. It loses its name as soon as it is open, so it is gone with its
// process, however that ends, and no other process can read it. What waits to be written is bounded by back-pressure.
// It is never synced: nothing is promised about it. A disk that fails is told by `finish`.

import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Octets that wait for the disk before the writer asks its caller to wait too. */
const WAITING_LIMIT = 256 * 1024;
/** Octets that are read at a time. */
const PIECE = 64 * 1024;

export class ScratchFile {
  readonly #path: string;
  #handle: Promise<FileHandle> | undefined;
  #waiting: Buffer[] = [];
  #octetsWaiting = 0;
  #drained: Promise<void> | undefined;
  #failure: { readonly cause: unknown } | undefined;

  /** `name` must be one that no other file has in this moment. Nothing is opened before something is written. */
  constructor(folder: string, name: string) {
    this.#path = join(folder, name);
  }

  /** A returned promise asks the caller to wait, and never rejects. */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#failure !== undefined) return undefined;
    this.#waiting.push(chunk);
    this.#octetsWaiting += chunk.length;
    this.#drained ??= this.#drain();
    return this.#octetsWaiting > WAITING_LIMIT ? this.#drained : undefined;
  }

  /** Every byte is in the file. Rejects with what went wrong while writing. */
  async finish(): Promise<void> {
    await this.#drained;
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  /** From the first byte; may be asked for again. */
  read(): Readable {
    return Readable.from(this.#pieces(), { objectMode: false });
  }

  /** Gives the space back. Never rejects; may be repeated. */
  async close(): Promise<void> {
    this.#failure ??= { cause: new Error('the scratch file is closed') };
    this.#waiting = [];
    await this.#drained;
    const handle = await this.#handle?.catch(() => undefined);
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  async #drain(): Promise<void> {
    try {
      this.#handle ??= openNameless(this.#path);
      const handle = await this.#handle;
      while (this.#waiting.length > 0) {
        const batch = Buffer.concat(this.#waiting);
        this.#waiting = [];
        await handle.writeFile(batch);
        this.#octetsWaiting -= batch.length;
      }
    } catch (cause) {
      this.#failure ??= { cause };
      this.#waiting = [];
    } finally {
      this.#drained = undefined;
    }
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    const handle = await this.#handle;
    if (handle === undefined) return;
    for (let at = 0; ;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

async function openNameless(path: string): Promise<FileHandle> {
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
