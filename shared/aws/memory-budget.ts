// How many octets of message bodies may be in memory at once, for an API that takes a message in one piece.
// First come, first served; a body larger than the whole budget goes alone.

export class MemoryBudget {
  readonly #octets: number;
  #used = 0;
  readonly #waiting: { readonly size: number; readonly go: () => void }[] = [];

  constructor(octets: number) {
    this.#octets = octets;
  }

  /** Runs `task` when `size` octets are free, and frees them behind it. */
  async spend<T>(size: number, task: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ size, go: resolve });
    this.#admit();
    await promise;
    try {
      return await task();
    } finally {
      this.#used -= size;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.size); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.size;
      next.go();
    }
  }

  #hasRoom(size: number): boolean {
    return this.#used === 0 || this.#used + size <= this.#octets;
  }
}
