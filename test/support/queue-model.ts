// The queue as simple as it can be: entries and leases in maps. It checks a claim rather than making one, since the order of
// entries that are due at the same moment is free.

import assert from 'node:assert/strict';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { ClaimRequest, Settlement } from '#shared/ports/queue.ts';

export class QueueModel {
  readonly #entries = new Map<string, Entry>();
  readonly #leases = new Map<string, { readonly owner: string; readonly until: number }>();

  enqueue(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.set(entry.id, entry);
  }

  /** Whether `claimed` is a right answer, which is then taken over. */
  claim({ owner, now, lease, limit, ids }: ClaimRequest, claimed: readonly Entry[]): void {
    const free = this.#free(now).filter(({ id }) => ids?.includes(id) ?? true);
    assert.deepEqual(dues(claimed), dues(free).slice(0, limit));
    for (const entry of claimed) {
      assert.deepEqual(
        free.find(({ id }) => id === entry.id),
        entry,
      );
      this.#leases.set(entry.id, { owner, until: now + lease });
    }
  }

  /** Whether these ids are a right answer. */
  due(now: number, limit: number, ids: readonly string[]): void {
    const free = this.#free(now);
    const found = ids.flatMap((id) => free.find((entry) => entry.id === id) ?? []);
    assert.equal(found.length, ids.length);
    assert.deepEqual(dues(found), dues(free).slice(0, limit));
  }

  ownerOf(id: string): string {
    return this.#leases.get(id)?.owner ?? 'nobody';
  }

  settle(id: string, owner: string, settlement: Settlement): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || this.#leases.get(id)?.owner !== owner) return false;
    this.#leases.delete(id);
    if (settlement.kind === 'done') return this.#entries.delete(id);
    const { kind: _, ...changes } = settlement;
    const staysOnHold = entry.state === 'hold' && changes.state === 'queued';
    this.#entries.set(id, { ...entry, ...changes, state: staysOnHold ? 'hold' : changes.state });
    return true;
  }

  remove(ids: readonly string[]): string[] {
    for (const id of ids) this.#leases.delete(id);
    return ids.filter((id) => this.#entries.delete(id));
  }

  flush(now: number, ids = [...this.#entries.keys()]): string[] {
    return this.#change(ids, ['queued', 'failed'], { state: 'queued', due: now });
  }

  hold(ids: readonly string[]): string[] {
    return this.#change(ids, ['queued', 'failed'], { state: 'hold' });
  }

  release(now: number, ids: readonly string[]): string[] {
    return this.#change(ids, ['hold'], { state: 'queued', due: now });
  }

  nextDue(): number | undefined {
    const queued = this.list().filter(({ state }) => state === 'queued');
    const dues = queued.map(({ id, due }) => Math.max(due, this.#leases.get(id)?.until ?? due));
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  list(): Entry[] {
    return [...this.#entries.values()].toSorted((a, b) => a.arrived - b.arrived || (a.id < b.id ? -1 : 1));
  }

  names(body: string): boolean {
    return this.list().some((entry) => entry.body === body);
  }

  /** What a claim may take, the longest due first. */
  #free(now: number): Entry[] {
    const free = this.list().filter(({ id }) => (this.#leases.get(id)?.until ?? 0) <= now);
    return free.filter(({ state, due }) => state === 'queued' && due <= now).toSorted((a, b) => a.due - b.due);
  }

  #change(ids: readonly string[], from: readonly Entry['state'][], to: Partial<Entry>): string[] {
    const entries = ids.flatMap((id) => this.#entries.get(id) ?? []).filter(({ state }) => from.includes(state));
    for (const entry of entries) this.#entries.set(entry.id, { ...entry, ...to });
    return entries.map(({ id }) => id);
  }
}

function dues(entries: readonly Entry[]): number[] {
  return entries.map(({ due }) => due);
}
