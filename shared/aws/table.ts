// One DynamoDB table: items of strings and numbers, changed one by one under conditions. A condition that does not hold is a
// value; every other error is a fault. Reads see every change before them, unless they are of an index or told otherwise.
// Knows nothing of what the items mean, and uses no transactions.

import { setTimeout as pause } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { type Clause, parameters, toAttributeValue, type Value } from './expression.ts';
import { toFault } from './faults.ts';

export type Item = Readonly<Record<string, Value>>;

export type Reading = {
  /** The attributes that are wanted; all if left out. */
  readonly wanted?: Clause;
  /** Items for which it holds. */
  readonly filter?: Clause;
  /** At half the price, and perhaps some moments old. */
  readonly mayBeStale?: boolean;
  /** Items that are read at once. */
  readonly pageSize?: number;
};

/** What BatchGetItem takes. */
const MOST_KEYS = 100;
/** Milliseconds before what DynamoDB left out of a batch is asked for again. */
const PAUSES = [50, 100, 200, 400];

export class Table {
  readonly #client: DynamoDBClient;
  readonly #name: string;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** False if the condition does not hold. */
  async put(item: Item, condition?: Clause): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#name,
      Item: toAttributes(item),
      ...parameters({ ConditionExpression: condition }),
    });
    return (await this.#write('PutItem', () => this.#client.send(command))) !== undefined;
  }

  /** The item as it is now; undefined if the condition does not hold. */
  async update(key: Item, change: Clause, condition: Clause): Promise<Item | undefined> {
    const command = new UpdateItemCommand({
      TableName: this.#name,
      Key: toAttributes(key),
      ReturnValues: 'ALL_NEW',
      ...parameters({ UpdateExpression: change, ConditionExpression: condition }),
    });
    const answer = await this.#write('UpdateItem', () => this.#client.send(command));
    return answer?.Attributes && fromAttributes(answer.Attributes);
  }

  /** The item as it was; undefined if there was none, or the condition does not hold. */
  async remove(key: Item, condition?: Clause): Promise<Item | undefined> {
    const command = new DeleteItemCommand({
      TableName: this.#name,
      Key: toAttributes(key),
      ReturnValues: 'ALL_OLD',
      ...parameters({ ConditionExpression: condition }),
    });
    const answer = await this.#write('DeleteItem', () => this.#client.send(command));
    return answer?.Attributes && fromAttributes(answer.Attributes);
  }

  async get(key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#name, Key: toAttributes(key), ConsistentRead: true });
    try {
      const { Item } = await this.#client.send(command);
      return Item && fromAttributes(Item);
    } catch (error) {
      throw this.#fault(error, 'GetItem');
    }
  }

  /** Those of at most 100 items that are there, in any order. */
  async getAll(keys: readonly Item[], wanted: Clause): Promise<Item[]> {
    const items: Item[] = [];
    let missing = keys.slice(0, MOST_KEYS).map(toAttributes);
    for (const wait of [0, ...PAUSES]) {
      if (missing.length === 0) return items;
      if (wait > 0) await pause(wait);
      const request = { Keys: missing, ...parameters({ ProjectionExpression: wanted }) };
      try {
        const answer = await this.#client.send(new BatchGetItemCommand({ RequestItems: { [this.#name]: request } }));
        items.push(...(answer.Responses?.[this.#name] ?? []).map(fromAttributes));
        missing = answer.UnprocessedKeys?.[this.#name]?.Keys ?? [];
      } catch (error) {
        throw this.#fault(error, 'BatchGetItem');
      }
    }
    if (missing.length === 0) return items;
    throw new TemporaryFault(`DynamoDB left items out of every BatchGetItem of ${this.#name}`);
  }

  /** The items for which the condition of the key holds, by their sort key. Of an index, if it is named. */
  query(condition: Clause, { index, ...reading }: Reading & { readonly index?: string } = {}): AsyncGenerator<Item> {
    const input = {
      ...this.#input(reading, condition),
      ConsistentRead: index === undefined && reading.mayBeStale !== true,
      ...(index !== undefined && { IndexName: index }),
    };
    return this.#read('Query', paginateQuery({ client: this.#client }, input));
  }

  /** Every item, in no order. */
  scan(reading: Reading = {}): AsyncGenerator<Item> {
    const input = { ...this.#input(reading), ConsistentRead: reading.mayBeStale !== true };
    return this.#read('Scan', paginateScan({ client: this.#client }, input));
  }

  #input({ wanted, filter, pageSize }: Reading, condition?: Clause) {
    return {
      TableName: this.#name,
      ...parameters({ KeyConditionExpression: condition, FilterExpression: filter, ProjectionExpression: wanted }),
      ...(pageSize !== undefined && { Limit: pageSize }),
    };
  }

  async *#read(
    operation: string,
    pages: AsyncIterable<{ Items?: Record<string, AttributeValue>[] | undefined }>,
  ): AsyncGenerator<Item> {
    try {
      for await (const { Items = [] } of pages) yield* Items.map(fromAttributes);
    } catch (error) {
      throw this.#fault(error, operation);
    }
  }

  async #write<Answer>(operation: string, send: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw this.#fault(error, operation);
    }
  }

  #fault(error: unknown, operation: string): Error {
    return toFault(error, `${operation} of the table ${this.#name} failed`);
  }
}

function toAttributes(item: Item): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toAttributeValue(value)]));
}

/** Attributes of other types, which this project does not write, are left out. */
function fromAttributes(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const values = Object.entries(attributes).flatMap(([name, { S, N }]): [string, Value][] => {
    if (S !== undefined) return [[name, S]];
    return N === undefined ? [] : [[name, Number(N)]];
  });
  return Object.fromEntries(values);
}
