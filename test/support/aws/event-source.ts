// Lambda's event source for an SQS queue: pollers receive messages, call the function with them, and delete what it has not reported
// as failed. What a function that crashed was given is left alone, and seen again when the queue's visibility time-out is over.

import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { clientOptions } from '#shared/aws/client-options.ts';
import { sqsRecord } from './lambda-events.ts';
import type { StandInCaller } from './loopback.ts';

export type EventSourceOptions = {
  readonly caller: StandInCaller;
  readonly url: string;
  /** Rejects when the function fails. */
  readonly invoke: (event: SQSEvent) => Promise<SQSBatchResponse>;
  /** Calls of the function at a time. */
  readonly concurrency?: number;
};

export type EventSource = {
  /** Resolves when no call is under way any more, nor comes. */
  stop(): Promise<void>;
};

const BATCH = 10;
const REQUEST_TIMEOUT = 10_000;

export function startEventSource({ caller, url, invoke, concurrency = 2 }: EventSourceOptions): EventSource {
  const client = new SQSClient(clientOptions(REQUEST_TIMEOUT, caller));
  const stopping = new AbortController();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const receive = { QueueUrl: url, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 1 };
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive));
      if (Messages.length > 0) await serve(Messages);
    }
  }

  async function serve(messages: readonly Message[]): Promise<void> {
    const Records = messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) =>
      sqsRecord({ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body }),
    );
    // What the function was given in vain is seen again.
    const answer = await invoke({ Records }).catch(() => undefined);
    if (answer === undefined) return;
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
    if (done.length === 0) return;
    const Entries = done.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }

  const pollers = Array.from({ length: concurrency }, poll);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(pollers);
      client.destroy();
    },
  };
}
