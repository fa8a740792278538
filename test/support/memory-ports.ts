// What relayctl works on, in memory, for tests of its commands: it keeps the contracts of shared/ports, and nothing else.

import { Readable } from 'node:stream';
import type { Account } from '#shared/domain/directory/account.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Credential } from '#shared/domain/sasl/credential.ts';
import type { PasswordUse } from '#shared/ports/last-use.ts';
import type { Body } from '#shared/ports/spool.ts';

export class MemoryDirectory {
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
}

export class MemoryCredentials {
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

export class MemoryLastUses {
  readonly uses: PasswordUse[] = [];

  async of(login: string): Promise<PasswordUse[]> {
    return this.uses.filter((use) => use.login === login);
  }
}

export class MemorySpool {
  /** By queue id. */
  readonly bodies = new Map<string, string>();

  async open(id: string): Promise<Body | undefined> {
    const body = this.bodies.get(id);
    return body === undefined ? undefined : { size: body.length, chunks: () => Readable.from([Buffer.from(body)]) };
  }
}

export class MemoryQueue {
  readonly #entries: Map<string, Entry>;

  constructor(entries: readonly Entry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
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

  #change(ids: readonly string[], from: readonly Entry['state'][], to: Partial<Entry>): string[] {
    const changed = ids.flatMap((id) => this.#entries.get(id) ?? []).filter(({ state }) => from.includes(state));
    for (const entry of changed) this.#entries.set(entry.id, { ...entry, ...to });
    return changed.map(({ id }) => id);
  }
}
