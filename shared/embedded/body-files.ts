// The large bodies of the spool, a file each: DIR/spool/X/ID, written under a name of its own and renamed when it is whole and
// synced. Bytes stream through: what waits to be written is bounded by back-pressure, and a body is never held whole.
// A file that cannot be removed is left to the sweep at the next start.

import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Body, BodyWriter } from '#shared/ports/spool.ts';
import { SPOOL_FOLDERS } from './data-folder.ts';
import { DirectorySync } from './directory-sync.ts';

/** Octets that wait for the disk before the writer asks its caller to wait too. */
const WAITING_LIMIT = 256 * 1024;
/** Octets of a piece that is read. */
const PIECE = 64 * 1024;
const UNFINISHED = '.part';

export class BodyFiles {
  readonly #spool: string;
  readonly #syncs: ReadonlyMap<string, DirectorySync>;

  constructor(dir: string) {
    this.#spool = join(dir, 'spool');
    this.#syncs = new Map(SPOOL_FOLDERS.map((name) => [name, new DirectorySync(join(this.#spool, name))]));
  }

  create(id: string): BodyFile {
    return new BodyFile(this.#path(id), () => this.#syncs.get(folderOf(id))?.sync());
  }

  async open(id: string): Promise<Body | undefined> {
    const path = this.#path(id);
    try {
      const { size } = await stat(path);
      return { size, chunks: () => read(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw spoolFault('read', error);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => unlink(this.#path(id)).catch(() => {})));
  }

  /** Every whole body's id. What was never finished is removed. */
  async sweep(): Promise<string[]> {
    const folders = await Promise.all(
      SPOOL_FOLDERS.map(async (folder) => {
        const names = await readdir(join(this.#spool, folder));
        const unfinished = names.filter((name) => name.endsWith(UNFINISHED));
        await Promise.all(unfinished.map((name) => unlink(join(this.#spool, folder, name))));
        return names.filter((name) => !name.endsWith(UNFINISHED));
      }),
    );
    return folders.flat();
  }

  #path(id: string): string {
    if (!/^[\w-]+$/.test(id)) throw new PermanentFault(`no body can have the id ${JSON.stringify(id)}`);
    return join(this.#spool, folderOf(id), id);
  }
}

export class BodyFile implements BodyWriter {
  readonly #path: string;
  readonly #syncFolder: () => Promise<void> | undefined;
  readonly #stream: WriteStream;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(path: string, syncFolder: () => Promise<void> | undefined) {
    this.#path = path;
    this.#syncFolder = syncFolder;
    const options = { flags: 'wx', mode: 0o600, flush: true, highWaterMark: WAITING_LIMIT };
    this.#stream = createWriteStream(path + UNFINISHED, options);
    this.#stream.on('drain', () => this.#goOn());
    this.#stream.on('close', () => this.#goOn());
    // `seal` tells.
    this.#stream.on('error', () => {});
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#stream.destroyed || this.#stream.write(chunk)) return undefined;
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  async seal(): Promise<void> {
    try {
      await finished(this.#stream.end());
      await rename(this.#path + UNFINISHED, this.#path);
      await this.#syncFolder();
    } catch (error) {
      throw spoolFault('written', error);
    }
  }

  async discard(): Promise<void> {
    if (!this.#stream.closed) {
      this.#stream.destroy();
      await once(this.#stream, 'close').catch(() => {});
    }
    await unlink(this.#path + UNFINISHED).catch(() => {});
  }

  #goOn(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

async function* read(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE })) yield piece as Buffer;
  } catch (error) {
    throw spoolFault('read', error);
  }
}

/** A few bytes of an id's end would do for queue ids; a sum does for any. */
function folderOf(id: string): string {
  const sum = Buffer.from(id).reduce((total, octet) => total + octet, 0);
  return SPOOL_FOLDERS[sum % SPOOL_FOLDERS.length] ?? '';
}

function spoolFault(what: 'read' | 'written', cause: unknown): TemporaryFault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TemporaryFault(`the body cannot be ${what} now: ${reason}`, { cause });
}
