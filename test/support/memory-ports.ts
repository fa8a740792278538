// The ports in memory, for tests of programs: they keep the contracts of shared/ports, and nothing outlives them.
// They are no provider: no lease ends by itself, and nothing here is fast or durable.

import type { Account } from '#shared/domain/directory/account.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Credential } from '#shared/domain/sasl/credential.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { Directory } from '#shared/ports/directory.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';

export class MemoryDirectory implements Directory {
  readonly #accounts = new Map<string, Account>();

  async account(login: string): Promise<Account | undefined> {
    return this.#accounts.get(login);
  }

  async accounts(): Promise<Account[]> {
    return [...this.#accounts.values()].toSorted((a, b) => (a.login < b.login ? -1 : 1));
  }

  async put(account: Account): Promise<void> {
    this.#accounts.set(account.login, account);
  }

  async remove(login: string): Promise<boolean> {
    return this.#accounts.delete(login);
  }

  async senderOwners(keys: readonly string[]): Promise<readonly string[] | undefined> {
    const accounts = await this.accounts();
    return keys
      .map((key) => accounts.filter(({ senders }) => senders.includes(key)).map(({ login }) => login))
      .find((owners) => owners.length > 0);
  }
}

export class MemoryCredentials implements Credentials {
  readonly #credentials = new Map<string, Credential>();

  async find(login: string): Promise<Credential | undefined> {
    return this.#credentials.get(login);
  }

  async put(credential: Credential): Promise<void> {
    this.#credentials.set(credential.login, credential);
  }

  async remove(login: string): Promise<boolean> {
    return this.#credentials.delete(login);
  }
}

export class MemorySpool implements Spool {
  readonly bodies = new Map<string, Buffer>();

  create(id: string): ReturnType<Spool['create']> {
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => void chunks.push(chunk),
      seal: async () => void this.bodies.set(id, Buffer.concat(chunks)),
      discard: async () => void this.bodies.delete(id),
    };
  }

  async open(id: string): ReturnType<Spool['open']> {
    const body = this.bodies.get(id);
    return body && { size: body.length, chunks: () => piecesOf(body) };
  }
}

export class MemoryQueue implements Queue {
  readonly #entries = new Map<string, Entry>();
  readonly #owners = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  async enqueue(entries: readonly Entry[]): Promise<void> {
    const known = entries.find(({ id }) => this.#entries.has(id));
    if (known) throw new Error(`the queue has ${known.id} already`);
    for (const entry of entries) this.#entries.set(entry.id, entry);
    this.#ring();
  }

  async claim({ owner, now, limit }: Parameters<Queue['claim']>[0]): Promise<Entry[]> {
    const claimed = this.#waiting()
      .filter(({ due }) => due <= now)
      .slice(0, limit);
    for (const { id } of claimed) this.#owners.set(id, owner);
    return claimed;
  }

  async settle(id: string, owner: string, settlement: Parameters<Queue['settle']>[2]): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry || this.#owners.get(id) !== owner) return false;
    this.#owners.delete(id);
    if (settlement.kind === 'done') return this.#entries.delete(id);
    const { state, recipients, attempts, due } = settlement;
    this.#entries.set(id, { ...entry, state, recipients, attempts, due });
    this.#ring();
    return true;
  }

  async nextDue(): Promise<number | undefined> {
    return this.#waiting().at(0)?.due;
  }

  async list(): Promise<Entry[]> {
    return [...this.#entries.values()].toSorted((a, b) => a.arrived - b.arrived);
  }

  async find(id: string): Promise<Entry | undefined> {
    return this.#entries.get(id);
  }

  async remove(ids: readonly string[]): Promise<string[]> {
    return ids.filter((id) => this.#entries.delete(id));
  }

  async flush(now: number, ids: readonly string[] = [...this.#entries.keys()]): Promise<string[]> {
    return this.#change(ids, ['queued', 'failed'], { state: 'queued', due: now });
  }

  async hold(ids: readonly string[]): Promise<string[]> {
    return this.#change(ids, ['queued', 'failed'], { state: 'hold' });
  }

  async release(now: number, ids: readonly string[]): Promise<string[]> {
    return this.#change(ids, ['hold'], { state: 'queued', due: now });
  }

  onBell(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #waiting(): Entry[] {
    const waiting = [...this.#entries.values()].filter(({ id, state }) => state === 'queued' && !this.#owners.has(id));
    return waiting.toSorted((a, b) => a.due - b.due);
  }

  #change(ids: readonly string[], from: readonly Entry['state'][], to: Partial<Entry>): string[] {
    const changed = ids.flatMap((id) => this.#entries.get(id) ?? []).filter(({ state }) => from.includes(state));
    for (const entry of changed) this.#entries.set(entry.id, { ...entry, ...to });
    this.#ring();
    return changed.map(({ id }) => id);
  }

  #ring(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}

const PIECE = 64 * 1024;

async function* piecesOf(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}
