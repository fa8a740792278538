// The spool of this machine. A small body stays in memory until its entry is enqueued and becomes durable in the entry's own
// transaction (the queue fetches it here); a large one is a file, durable when it is sealed. Most mail is small, and a file of
// its own would cost more than all the rest of its way in.
// Bodies that no entry names are swept when a relay starts, so only the relay that holds the folder may create any.

import type { Body, BodyWriter, Spool } from '#shared/ports/spool.ts';
import { type BodyFile, BodyFiles } from './body-files.ts';
import type { StoreThread } from './store-thread.ts';

/** Octets; a larger body is a file. At most what a piece of a body may have. */
const SMALL_BODY = 64 * 1024;

export class EmbeddedSpool implements Spool {
  readonly #thread: StoreThread;
  readonly #files: BodyFiles;
  /**
   * Sealed, but not stored yet. No Map: each table that a Map has outgrown names the next one, so that a single table in V8's old
   * generation keeps all later ones, and their bodies, until that is collected.
   */
  readonly #small = Object.create(null) as Record<string, readonly Buffer[]>;

  constructor(dir: string, thread: StoreThread) {
    this.#thread = thread;
    this.#files = new BodyFiles(dir);
  }

  create(id: string): BodyWriter {
    let chunks: Buffer[] = [];
    let size = 0;
    let file: BodyFile | undefined;
    return {
      write: (chunk) => {
        if (file !== undefined) return file.write(chunk);
        chunks.push(chunk);
        size += chunk.length;
        if (size <= SMALL_BODY) return undefined;
        file = this.#files.create(id);
        const waits = chunks.map((waiting) => file?.write(waiting));
        chunks = [];
        return waits.at(-1);
      },
      seal: async () => {
        if (file !== undefined) await file.seal();
        else this.#small[id] = chunks;
      },
      discard: async () => {
        delete this.#small[id];
        chunks = [];
        await file?.discard();
        if (file !== undefined) await this.#removeUnnamed([id]).catch(() => {});
      },
    };
  }

  async open(id: string): Promise<Body | undefined> {
    const bytes = this.smallBody(id) ?? (await this.#thread.call('queue', 'body', [id]));
    return bytes === undefined ? this.#files.open(id) : bodyOf(bytes);
  }

  /** The bytes of a small body that is sealed and not stored yet, in a buffer that may be given away. */
  smallBody(id: string): Uint8Array<ArrayBuffer> | undefined {
    const chunks = this.#small[id];
    return chunks && joined(chunks);
  }

  /** The entry that names the body is durable, and with it the body. */
  stored(id: string): void {
    delete this.#small[id];
  }

  /** Removes the files of bodies that no entry names any more. */
  removeFiles(ids: readonly string[]): Promise<void> {
    return this.#files.remove(ids);
  }

  /** What a dead process left behind. */
  async sweep(): Promise<void> {
    await this.#removeUnnamed(await this.#files.sweep());
  }

  async #removeUnnamed(ids: readonly string[]): Promise<void> {
    await this.#files.remove(await this.#thread.call('queue', 'unnamed', [ids]));
  }
}

function bodyOf(bytes: Uint8Array): Body {
  const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: piece.length,
    async *chunks() {
      if (piece.length > 0) yield piece;
    },
  };
}

function joined(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
