// The index of what is queued, by when it is due. All new mail is due now, so it is spread over shards, which are read side by
// side and merged. The index is a moment behind the table and knows nothing of leases: what it names is looked up before it
// counts, and only a claim's own condition decides.

import { QUEUE_TABLE } from '#shared/config/records.ts';
import { attributes, clause } from './expression.ts';
import { isItemDueAndFree } from './queue-conditions.ts';
import { keyOf, type QueueItem, type QueueKey } from './queue-items.ts';
import type { Item, Table } from './table.ts';

/** Entries that are read from a shard, and looked up in the table, at once. */
const PAGE = 100;

type DueItem = Pick<QueueItem, 'body' | 'id' | 'due'>;

/** Keys of queued entries that are due and free at `now`, the longest due first, some at a time. */
export async function* dueAndFree(table: Table, now: number): AsyncGenerator<QueueKey[]> {
  const shards = Array.from({ length: QUEUE_TABLE.shards }, (_, shard) =>
    table.query(clause`#shard = ${String(shard)} AND #due <= ${now}`, {
      index: QUEUE_TABLE.dueIndex.name,
      pageSize: PAGE,
    }),
  );
  for await (const page of pagesOf(inOrderOfDue(shards))) {
    const items = await table.getAll(
      page.map(({ id }) => keyOf(id)),
      attributes('id', 'state', 'due', 'leasedUntil'),
    );
    const free = new Set((items as QueueItem[]).filter((item) => isItemDueAndFree(item, now)).map(({ id }) => id));
    yield page.filter(({ id }) => free.has(id)).map(({ id }) => keyOf(id));
  }
}

async function* inOrderOfDue(shards: readonly AsyncGenerator<Item>[]): AsyncGenerator<DueItem> {
  const firsts = await Promise.all(
    shards.map(async (shard) => ({ shard, first: (await shard.next()).value as DueItem | undefined })),
  );
  const open = firsts.flatMap(({ shard, first }) => (first === undefined ? [] : [{ shard, first }]));
  for (;;) {
    open.sort((a, b) => a.first.due - b.first.due);
    const [next] = open;
    if (next === undefined) return;
    yield next.first;
    const following = (await next.shard.next()).value as DueItem | undefined;
    if (following === undefined) open.shift();
    else next.first = following;
  }
}

async function* pagesOf<T>(source: AsyncIterable<T>): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const item of source) {
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
