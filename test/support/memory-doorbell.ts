// A doorbell in this process: whoever listens hears every ring at once.

import type { Doorbell } from '#shared/ports/doorbell.ts';

export class MemoryDoorbell implements Doorbell {
  readonly rings: (readonly string[])[] = [];
  readonly #listeners = new Set<() => void>();

  async ring(ids: readonly string[]): Promise<void> {
    this.rings.push(ids);
    for (const listener of this.#listeners) listener();
  }

  async waiting(): Promise<number> {
    return this.rings.length;
  }

  onBell(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
