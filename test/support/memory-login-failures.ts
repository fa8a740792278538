// Failed logins in memory, for tests of who counts them: it keeps the contract of shared/ports/login-failures.ts, counts its calls,
// and does not answer while it is told so.

import type { ClientRecord, Failures, LoginFailures } from '#shared/ports/login-failures.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';

export class MemoryLoginFailures implements LoginFailures {
  isDown = false;
  readonly calls = { client: 0, account: 0, add: 0, know: 0 };
  readonly #forgivenAt = new Map<string, number>();
  /** By client. */
  readonly #known = new Map<string, Map<string, number>>();

  async client(client: string): Promise<ClientRecord> {
    this.#called('client');
    return {
      forgivenAt: this.#forgivenAt.get(`client ${client}`) ?? 0,
      known: new Map(this.#known.get(client)),
    };
  }

  async account(login: string): Promise<number> {
    this.#called('account');
    return this.#forgivenAt.get(`account ${login}`) ?? 0;
  }

  async add({ of, name, time, most, now }: Failures): Promise<void> {
    this.#called('add');
    const before = this.#forgivenAt.get(`${of} ${name}`) ?? 0;
    if (before < now + most) this.#forgivenAt.set(`${of} ${name}`, Math.max(before, now) + time);
  }

  async know(client: string, login: string, until: number): Promise<void> {
    this.#called('know');
    const known = this.#known.get(client) ?? new Map<string, number>();
    this.#known.set(client, known.set(login, Math.max(until, known.get(login) ?? 0)));
  }

  #called(name: keyof MemoryLoginFailures['calls']): void {
    this.calls[name] += 1;
    if (this.isDown) throw new TemporaryFault('the store does not answer');
  }
}
