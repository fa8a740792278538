// The directory on AWS: all accounts in one DynamoDB partition, one item each, read together and kept for five seconds. A change
// made here is seen here at once.
//
// While DynamoDB does not answer, what was read last stands for some minutes, so that an outage does not lock out logins; an
// account that was disabled meanwhile may log in for so long. After that, and before the first read, lookups are faults.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DIRECTORY_TABLE } from '#shared/config/records.ts';
import type { Account } from '#shared/domain/directory/account.ts';
import { firstOwners, ownersBySender, type SenderOwners } from '#shared/domain/directory/sender-owners.ts';
import type { Directory } from '#shared/ports/directory.ts';
import { parseRecord } from '#shared/ports/record.ts';
import { clause } from './expression.ts';
import { Table } from './table.ts';

/** Milliseconds for which what was read is not read again. */
const FRESH = 5000;
/** Milliseconds for which it may stand in while DynamoDB does not answer. */
const STALE = 10 * 60 * 1000;

const VERSION = 1;
/** The kind of these items. */
const ACCOUNT = 'account';

type AccountKey = Record<typeof DIRECTORY_TABLE.partitionKey | typeof DIRECTORY_TABLE.sortKey, string>;
type AccountItem = AccountKey & { /** JSON. */ readonly record: string };
type AccountRecord = Omit<Account, 'login'> & { readonly version: typeof VERSION };

type Accounts = {
  readonly byLogin: ReadonlyMap<string, Account>;
  readonly owners: SenderOwners;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
};

export class DynamoDirectory implements Directory {
  readonly #table: Table;
  readonly #now: () => number;
  #accounts: Accounts | undefined;
  #reading: Promise<Accounts> | undefined;
  /** No read is begun before it. */
  #readAgainAt = 0;

  /** `now`: ms since the epoch. */
  constructor(options: { readonly client: DynamoDBClient; readonly table: string; readonly now: () => number }) {
    this.#table = new Table(options.client, options.table);
    this.#now = options.now;
  }

  async account(login: string): Promise<Account | undefined> {
    return (await this.#current()).byLogin.get(login);
  }

  async accounts(): Promise<Account[]> {
    return [...(await this.#current()).byLogin.values()].toSorted((a, b) => (a.login < b.login ? -1 : 1));
  }

  async put(account: Account): Promise<void> {
    await this.#table.put(toItem(account));
    this.#change((byLogin) => byLogin.set(account.login, account));
  }

  async remove(login: string): Promise<boolean> {
    const item = await this.#table.remove(keyOf(login));
    this.#change((byLogin) => byLogin.delete(login));
    return item !== undefined;
  }

  async senderOwners(keys: readonly string[]): Promise<readonly string[] | undefined> {
    return firstOwners((await this.#current()).owners, keys);
  }

  async #current(): Promise<Accounts> {
    const kept = this.#accounts;
    const isUsable = kept !== undefined && this.#now() - kept.readAt < STALE;
    if (isUsable && this.#now() < this.#readAgainAt) return kept;
    try {
      return await (this.#reading ?? this.#read());
    } catch (fault) {
      if (isUsable) return kept;
      throw fault;
    }
  }

  #read(): Promise<Accounts> {
    const reading = this.#readAll().then(
      (accounts) => {
        if (this.#ends(reading)) this.#accounts = accounts;
        return accounts;
      },
      (fault: unknown) => {
        this.#ends(reading);
        throw fault;
      },
    );
    this.#reading = reading;
    return reading;
  }

  /** False if a change was made here meanwhile: what was read may be from before it. */
  #ends(reading: Promise<Accounts>): boolean {
    if (this.#reading !== reading) return false;
    this.#reading = undefined;
    this.#readAgainAt = this.#now() + FRESH;
    return true;
  }

  async #readAll(): Promise<Accounts> {
    const readAt = this.#now();
    const byLogin = new Map<string, Account>();
    for await (const item of this.#table.query(clause`#kind = ${ACCOUNT}`)) {
      const account = toAccount(item as AccountItem);
      byLogin.set(account.login, account);
    }
    return accountsOf(byLogin, readAt);
  }

  #change(change: (byLogin: Map<string, Account>) => void): void {
    this.#reading = undefined;
    if (this.#accounts === undefined) return;
    const byLogin = new Map(this.#accounts.byLogin);
    change(byLogin);
    this.#accounts = accountsOf(byLogin, this.#accounts.readAt);
  }
}

function accountsOf(byLogin: ReadonlyMap<string, Account>, readAt: number): Accounts {
  return { byLogin, owners: ownersBySender(byLogin.values()), readAt };
}

function keyOf(login: string): AccountKey {
  return { kind: ACCOUNT, name: login };
}

function toItem({ login, senders, disabled, created }: Account): AccountItem {
  const record: AccountRecord = { version: VERSION, senders, disabled, created };
  return { ...keyOf(login), record: JSON.stringify(record) };
}

function toAccount({ name, record }: AccountItem): Account {
  const { senders, disabled, created } = parseRecord(record, VERSION, `account ${name}`) as AccountRecord;
  return { login: name, senders, disabled, created };
}
