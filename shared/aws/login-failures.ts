// Failed logins and known clients on AWS: items of a kind of their own in the directory's table, which the listener may write. A
// client's stand under `CLIENT#`, with each account that it has logged in to as `CLIENT#LOGIN`, so that one query tells
// what is known of it; an account's under `#LOGIN`. DynamoDB drops each by itself when it means nothing any more.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DIRECTORY_TABLE, LOGIN_FAILURE } from '#shared/config/records.ts';
import type { ClientRecord, Failures, LoginFailures } from '#shared/ports/login-failures.ts';
import { all, any, changes, clause, type Clause } from './expression.ts';
import { Table } from './table.ts';

const { timeToLive: TIME_TO_LIVE } = DIRECTORY_TABLE;

type Key = Record<typeof DIRECTORY_TABLE.partitionKey | typeof DIRECTORY_TABLE.sortKey, string>;

/** Its attribute for DynamoDB's time to live is added to it in each update. */
type FailureItem = Key & {
  /** Milliseconds since the epoch. */
  readonly until: number;
};

export class DynamoLoginFailures implements LoginFailures {
  readonly #table: Table;

  constructor(options: { readonly client: DynamoDBClient; readonly table: string }) {
    this.#table = new Table(options.client, options.table);
  }

  async client(client: string): Promise<ClientRecord> {
    const prefix = `${client}#`;
    let forgivenAt = 0;
    const known = new Map<string, number>();
    const ofClient = all(clause`#kind = ${LOGIN_FAILURE}`, clause`begins_with(#name, ${prefix})`);
    for await (const item of this.#table.query(ofClient, { mayBeStale: true })) {
      const { name, until } = item as FailureItem;
      if (name === prefix) forgivenAt = until;
      else known.set(name.slice(prefix.length), until);
    }
    return { forgivenAt, known };
  }

  async account(login: string): Promise<number> {
    const { kind, name } = keyOf('account', login);
    const found = this.#table.query(all(clause`#kind = ${kind}`, clause`#name = ${name}`), { mayBeStale: true });
    for await (const item of found) return (item as FailureItem).until;
    return 0;
  }

  async add({ of, name, time, most, now }: Failures): Promise<void> {
    const key = keyOf(of, name);
    const forgotten = inSeconds(now + most + time);
    const more = () =>
      this.#table.update(
        key,
        { text: `SET #until = #until + ?, #${TIME_TO_LIVE} = ?`, values: [time, forgotten] },
        all(clause`#until >= ${now}`, clause`#until < ${now + most}`),
      );
    const anew = () => this.#table.update(key, changes({ until: now + time, [TIME_TO_LIVE]: forgotten }), earlier(now));
    // An expression has no maximum. Another task may come between the two, and what is full takes none.
    const counted = (await more()) ?? (await anew());
    if (counted === undefined) await more();
  }

  async know(client: string, login: string, until: number): Promise<void> {
    await this.#table.update(
      { kind: LOGIN_FAILURE, name: `${client}#${login}` },
      changes({ until, [TIME_TO_LIVE]: inSeconds(until) }),
      earlier(until),
    );
  }
}

function earlier(than: number): Clause {
  return any(clause`attribute_not_exists(#until)`, clause`#until < ${than}`);
}

function keyOf(of: Failures['of'], name: string): Key {
  return { kind: LOGIN_FAILURE, name: of === 'client' ? `${name}#` : `#${name}` };
}

/** As DynamoDB's time to live wants it. */
function inSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
