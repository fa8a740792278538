// A table of directory.db, whole in memory: records by login. A read costs no trip to the store's thread. What this process
// changes it sees at once; after a change by another process the thread sends the rows anew, within a second.

import type { DirectoryTable, LoginRow } from './directory-database.ts';
import { parseRecord } from '#shared/ports/record.ts';
import type { StoreThread } from './store-thread.ts';

/** The schema of both tables' records. */
const VERSION = 1;

export type Codec<Item, Content extends object> = {
  write(item: Item): Content;
  read(login: string, content: Content): Item;
};

export class LoginTable<Item extends { readonly login: string }, Content extends object> {
  readonly #thread: StoreThread;
  readonly #table: DirectoryTable;
  readonly #codec: Codec<Item, Content>;
  #items = new Map<string, Item>();

  constructor(thread: StoreThread, table: DirectoryTable, codec: Codec<Item, Content>) {
    this.#thread = thread;
    this.#table = table;
    this.#codec = codec;
  }

  /** Takes these rows in place of what it has. */
  load(rows: readonly LoginRow[]): void {
    this.#items = new Map(
      rows.map(([login, record]) => {
        const content = parseRecord(record, VERSION, `${this.#table} ${login}`) as Content;
        return [login, this.#codec.read(login, content)];
      }),
    );
  }

  get(login: string): Item | undefined {
    return this.#items.get(login);
  }

  /** By login. */
  all(): Item[] {
    return [...this.#items.values()].toSorted((a, b) => (a.login < b.login ? -1 : 1));
  }

  async put(item: Item): Promise<void> {
    const record = JSON.stringify({ version: VERSION, ...this.#codec.write(item) });
    await this.#thread.call('directory', 'put', [this.#table, item.login, record]);
    this.#items.set(item.login, item);
  }

  async remove(login: string): Promise<boolean> {
    const wasThere = await this.#thread.call('directory', 'remove', [this.#table, login]);
    this.#items.delete(login);
    return wasThere;
  }
}
