// The failed logins of this machine, and from where each account was logged in to: two tables of directory.db. What is added in one
// turn of the event loop shares one commit.

import type { ClientRecord, Failures, LoginFailures } from '#shared/ports/login-failures.ts';
import type { StoreThread } from './store-thread.ts';

export class EmbeddedLoginFailures implements LoginFailures {
  readonly #thread: StoreThread;

  constructor(thread: StoreThread) {
    this.#thread = thread;
  }

  async client(client: string): Promise<ClientRecord> {
    return this.#thread.call('directory', 'clientRecord', [client]);
  }

  async account(login: string): Promise<number> {
    return this.#thread.call('directory', 'forgivenAt', ['account', login]);
  }

  async add(failures: Failures): Promise<void> {
    await this.#thread.call('directory', 'addFailures', [failures]);
  }

  async know(client: string, login: string, until: number): Promise<void> {
    await this.#thread.call('directory', 'know', [client, login, until]);
  }
}
