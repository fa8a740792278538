// A spool in memory, for tests of queues whose bodies lie elsewhere.

import { Readable } from 'node:stream';
import type { Body, BodyWriter, Spool, StoredBodies } from '#shared/ports/spool.ts';

export class MemoryBodies implements Spool, StoredBodies {
  /** By queue id. */
  readonly #bodies = new Map<string, Buffer>();

  create(id: string): BodyWriter {
    const chunks: Buffer[] = [];
    return {
      write(chunk) {
        chunks.push(chunk);
        return undefined;
      },
      seal: async () => void this.#bodies.set(id, Buffer.concat(chunks)),
      discard: async () => void this.#bodies.delete(id),
    };
  }

  async open(id: string): Promise<Body | undefined> {
    const bytes = this.#bodies.get(id);
    return bytes && { size: bytes.length, chunks: () => Readable.from([bytes]) };
  }

  async *before(): AsyncGenerator<string> {
    yield* this.#bodies.keys();
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#bodies.delete(id);
  }
}
