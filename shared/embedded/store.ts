// Opens the relay's data on this machine: the ports over one data folder. A relay takes the folder for itself and clears away
// what a dead process left behind; its leases died with it. A tool (relayctl) works beside a running relay or alone, and clears
// nothing away. Each hears of the other's changes within a second.
// Whoever opens a store closes it: until then its thread keeps the process alive.

import type { Credentials } from '#shared/ports/credentials.ts';
import type { Directory } from '#shared/ports/directory.ts';
import type { Bell } from '#shared/ports/doorbell.ts';
import type { LastUses } from '#shared/ports/last-use.ts';
import type { LoginFailures } from '#shared/ports/login-failures.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';
import { EmbeddedCredentials } from './credentials.ts';
import { lockDataFolder, prepareDataFolder } from './data-folder.ts';
import { EmbeddedDirectory } from './directory.ts';
import type { DirectoryRows } from './directory-database.ts';
import { EmbeddedLastUses } from './last-use.ts';
import { EmbeddedLoginFailures } from './login-failures.ts';
import { EmbeddedQueue } from './queue.ts';
import { EmbeddedSpool } from './spool.ts';
import { StoreThread } from './store-thread.ts';

export { DataFolderLocked, DataFolderUnusable } from './data-folder.ts';

export type Store = {
  readonly queue: Queue;
  readonly bell: Bell;
  readonly spool: Spool;
  readonly directory: Directory;
  readonly credentials: Credentials;
  readonly lastUses: LastUses;
  readonly loginFailures: LoginFailures;
  /** Waits for what was asked for. Nothing can be asked for afterwards. */
  close(): Promise<void>;
};

/** Rejects with DataFolderLocked where a relay is at work already, and with DataFolderUnusable where the folder is at fault. */
export async function openStore(dir: string, { role }: { readonly role: 'relay' | 'tool' }): Promise<Store> {
  prepareDataFolder(dir);
  const unlock = role === 'relay' ? lockDataFolder(dir) : () => {};
  const thread = new StoreThread(dir);
  const close = async (): Promise<void> => {
    await thread.close();
    unlock();
  };
  try {
    const spool = new EmbeddedSpool(dir, thread);
    const queue = new EmbeddedQueue(thread, spool);
    const directory = new EmbeddedDirectory(thread);
    const credentials = new EmbeddedCredentials(thread);
    const load = ({ account, credential }: DirectoryRows): void => {
      directory.load(account);
      credentials.load(credential);
    };
    load(await thread.ready());
    thread.onDirectoryChange = (rows) => {
      try {
        load(rows);
      } catch {
        // A newer tool has written what this relay cannot read: it goes on with what it has, and says so when it starts again.
      }
    };
    if (role === 'relay') await spool.sweep();
    const lastUses = new EmbeddedLastUses(thread);
    const loginFailures = new EmbeddedLoginFailures(thread);
    return { queue, bell: queue, spool, directory, credentials, lastUses, loginFailures, close };
  } catch (error) {
    await close();
    throw error;
  }
}
