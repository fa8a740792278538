// The credentials in Secrets Manager: all of them in memory, read again every refreshTime. An outage takes nothing away that is
// known, and is logged when it begins and when it ends. A login that is not known may be new: it causes a read of its own, but
// only every few seconds, so that strangers cannot make this process call. Whoever does not `start` (a short-lived tool) reads when he asks.
// Writes compare and swap (versioned-secret.ts) and begin again when somebody else was first. Faults: TemporaryFault, also from `find` where a
// secret was never read; PermanentFault for a secret that is not ours and where there is no room.

import { setTimeout as wait } from 'node:timers/promises';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '#shared/domain/sasl/credential.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import { type PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Log } from '#shared/ports/log.ts';
import { type Changes, findIn, withCredential, withoutLogin } from './credential-places.ts';
import { type CredentialMap, formatCredentials, readCredentials } from './credential-secret.ts';
import { toFault } from './faults.ts';
import { VersionedSecret } from './versioned-secret.ts';

/** Milliseconds between two reads for logins that are not known, or while a secret was never read. */
const RARELY = 5000;
const WRITE_ATTEMPTS = 20;
/** Milliseconds; the second attempt waits at most so long, each further one up to twice as long as the one before. */
const WRITE_PAUSE = 50;
const LONGEST_WRITE_PAUSE = 1000;

type SecretCredentialsOptions = {
  readonly client: SecretsManagerClient;
  /** Names or ARNs: at least one. Order matters: a new login goes to the first with room. */
  readonly secrets: readonly string[];
  /** Milliseconds. */
  readonly refreshTime: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: Log;
};

export class SecretCredentials implements Credentials {
  readonly #secrets: readonly VersionedSecret[];
  readonly #refreshTime: number;
  readonly #now: () => number;
  readonly #log: Log;
  /** What was read last, in the order of the secrets; undefined where nothing ever was. */
  #known: readonly (CredentialMap | undefined)[];
  /** When they were last read. */
  #read = -Infinity;
  /** What the last read failed with. */
  #trouble: TemporaryFault | PermanentFault | undefined;
  #refreshing: Promise<void> | undefined;
  /** Reads and writes go one behind the other, so that no read that began before a write hides it. */
  #turn: Promise<unknown> = Promise.resolve();
  #isStarted = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ client, secrets, refreshTime, now, log }: SecretCredentialsOptions) {
    this.#secrets = secrets.map((secret) => new VersionedSecret(client, secret));
    this.#known = secrets.map(() => undefined);
    this.#refreshTime = refreshTime;
    this.#now = now;
    this.#log = log;
  }

  /** Reads, and goes on reading in the background. Never rejects: what cannot be read now is tried again. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#refresh();
    this.#schedule();
  }

  stop(): void {
    this.#isStarted = false;
    clearTimeout(this.#timer);
  }

  async find(login: string): Promise<Credential | undefined> {
    const known = findIn(this.#known, login);
    if (known !== undefined && this.#isStarted) return known;
    const patience = known === undefined ? RARELY : this.#refreshTime;
    if (this.#refreshing !== undefined || this.#now() - this.#read >= patience) await this.#refresh();
    const found = findIn(this.#known, login);
    if (found === undefined && this.#trouble !== undefined && this.#known.includes(undefined)) throw this.#trouble;
    return found;
  }

  async put(credential: Credential): Promise<void> {
    await this.#change((secrets) => withCredential(secrets, credential));
  }

  async remove(login: string): Promise<boolean> {
    let isRemoved = false;
    await this.#change((secrets) => {
      const changes = withoutLogin(secrets, login);
      isRemoved ||= changes.size > 0;
      return changes;
    });
    return isRemoved;
  }

  #schedule(): void {
    if (!this.#isStarted) return;
    const delay = this.#known.includes(undefined) ? Math.min(RARELY, this.#refreshTime) : this.#refreshTime;
    this.#timer = setTimeout(() => void this.#refresh().then(() => this.#schedule()), delay).unref();
  }

  /** Those that ask while it is under way share it. Never rejects. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#inTurn(() => this.#readAll()).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    this.#read = this.#now();
    const results = await Promise.allSettled(this.#secrets.map(readCredentials));
    this.#known = results.map((result, index) =>
      result.status === 'fulfilled' ? result.value.credentials : this.#known[index],
    );
    const failed = results.find((result) => result.status === 'rejected');
    this.#report(failed && toFault(failed.reason, 'the passwords could not be read'));
  }

  #report(trouble: TemporaryFault | PermanentFault | undefined): void {
    const event = { event: 'credentials' };
    if (trouble !== undefined && this.#trouble === undefined) {
      this.#log.error({ ...event, err: trouble }, 'passwords cannot be read now; those that are known stay good');
    } else if (trouble === undefined && this.#trouble !== undefined) {
      this.#log.info(event, 'passwords can be read again');
    }
    this.#trouble = trouble;
  }

  /** `change` may be asked many times, each time about what the secrets hold by then. */
  #change(change: (secrets: readonly CredentialMap[]) => Changes): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
        if (attempt > 0) await wait(Math.random() * Math.min(WRITE_PAUSE * 2 ** (attempt - 1), LONGEST_WRITE_PAUSE));
        if (await this.#tryChange(change)) return;
      }
      throw new TemporaryFault('passwords are being changed from elsewhere all the time: try again later');
    });
  }

  async #tryChange(change: (secrets: readonly CredentialMap[]) => Changes): Promise<boolean> {
    this.#read = this.#now();
    const before = await Promise.all(this.#secrets.map(readCredentials));
    const contents = before.map(({ credentials }) => credentials);
    const changes = change(contents);
    for (const [index, { value }] of before.entries()) {
      const changed = changes.get(index);
      if (changed === undefined) continue;
      if ((await this.#secrets[index]?.replace(value, formatCredentials(changed))) !== true) return false;
      contents[index] = changed;
    }
    this.#known = contents;
    return true;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }
}
