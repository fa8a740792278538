// The doorbell in SQS: a message is a JSON array of the ids of entries that may be due, ten at most, so that one deliver is not
// given more than it can do in its time. A deliver that SQS starts reads it with `parseRing`; what is no ring names nothing.
// IAM: sqs:SendMessage, sqs:GetQueueAttributes.

import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Doorbell } from '#shared/ports/doorbell.ts';
import { toFault } from './faults.ts';

/** Ids in a message. */
const RING = 10;
/** Messages in a call: what SQS takes. */
const BATCH = 10;

export class SqsDoorbell implements Doorbell {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor({ client, url }: { client: SQSClient; url: string }) {
    this.#client = client;
    this.#url = url;
  }

  async ring(ids: readonly string[]): Promise<void> {
    for (const rings of groupsOf(BATCH, groupsOf(RING, ids))) await this.#send(rings);
  }

  async waiting(): Promise<number> {
    const name = 'ApproximateNumberOfMessages';
    try {
      const command = new GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: [name] });
      const { Attributes } = await this.#client.send(command);
      return Number(Attributes?.[name] ?? 0);
    } catch (error) {
      throw toFault(error, 'the doorbell could not be looked at');
    }
  }

  async #send(rings: readonly (readonly string[])[]): Promise<void> {
    const Entries = rings.map((ids, i) => ({ Id: `${i}`, MessageBody: JSON.stringify(ids) }));
    try {
      const { Failed: [failed] = [] } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: this.#url, Entries }),
      );
      if (failed !== undefined) throw new TemporaryFault(`SQS did not take a ring: ${failed.Code} ${failed.Message}`);
    } catch (error) {
      throw toFault(error, 'the doorbell could not be rung');
    }
  }
}

/** The ids that a message names; none if it is no ring. */
export function parseRing(body: string): string[] {
  try {
    const ring: unknown = JSON.parse(body);
    return Array.isArray(ring) ? ring.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

function groupsOf<T>(size: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
