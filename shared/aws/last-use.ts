// The last use of each password on AWS: items of a kind of their own in the directory's table, one a password, under
// `LOGIN#NAME` (a realm holds no `#`). The listener may write this kind and no other: accounts are the operator's.

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DIRECTORY_TABLE, LAST_USE } from '#shared/config/records.ts';
import type { LastUses, PasswordUse } from '#shared/ports/last-use.ts';
import { all, clause } from './expression.ts';
import { Table } from './table.ts';

type UseItem = Record<typeof DIRECTORY_TABLE.partitionKey | typeof DIRECTORY_TABLE.sortKey, string> & {
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

export class DynamoLastUses implements LastUses {
  readonly #table: Table;

  constructor(options: { readonly client: DynamoDBClient; readonly table: string }) {
    this.#table = new Table(options.client, options.table);
  }

  async note({ login, passwordName, address, at }: PasswordUse): Promise<void> {
    const item: UseItem = { kind: LAST_USE, name: `${login}#${passwordName}`, address, at };
    // Another task may have noted a later one.
    await this.#table.put(item, clause`attribute_not_exists(#at) OR #at < ${at}`);
  }

  async of(login: string): Promise<readonly PasswordUse[]> {
    const prefix = `${login}#`;
    const uses: PasswordUse[] = [];
    for await (const item of this.#table.query(
      all(clause`#kind = ${LAST_USE}`, clause`begins_with(#name, ${prefix})`),
    )) {
      const { name, address, at } = item as UseItem;
      uses.push({ login, passwordName: name.slice(prefix.length), address, at });
    }
    return uses;
  }
}
