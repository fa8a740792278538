// A data folder for one test, and stores opened on it; all of it is closed and removed behind the test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore, type Store } from '#shared/embedded/store.ts';

export async function dataFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'op25b-store-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Closing it in the test as well does no harm. */
export async function openRelay(t: TestContext, folder: string): Promise<Store> {
  return opened(t, await openStore(folder, { role: 'relay' }));
}

export async function openTool(t: TestContext, folder: string): Promise<Store> {
  return opened(t, await openStore(folder, { role: 'tool' }));
}

function opened(t: TestContext, store: Store): Store {
  t.after(() => store.close());
  return store;
}
