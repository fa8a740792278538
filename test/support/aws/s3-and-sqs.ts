// Stand-ins for S3 and SQS in this process: fauxqs, which keeps everything in memory. Around it: the loopback interface alone
// (its own start listens on all), bodies as large as S3 takes them (its own limit is 11 MiB), and faults on demand.
// What it does not do as AWS does: it ignores If-Match and If-None-Match of a PUT, checks no checksum and no permission,
// and wants an SQS queue's URL to be one of its own.

import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { clientOptions } from '#shared/aws/client-options.ts';
import { callerAt, Faults, type Fault, type StandInCaller } from './loopback.ts';

export type S3AndSqs = {
  readonly caller: StandInCaller;
  /** Every request so far as `PUT /bucket/key?query` or `AmazonSQS.SendMessageBatch`, whatever became of it. */
  readonly requests: readonly SeenRequest[];
  /** The next requests that match `what` fail so, one each; their bodies are taken first. */
  fail(what: RegExp, ...faults: StoreFault[]): void;
  createBucket(name: string): Promise<void>;
  /** Gives the queue's URL. Attributes as SQS names them. */
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): Promise<string>;
  /** Takes what waits in a queue, without deleting it: the messages' bodies. */
  receive(url: string): Promise<string[]>;
  close(): Promise<void>;
};

/** Also: what was asked is done, and the connection breaks before the answer. */
type StoreFault = Fault | 'answer lost';

type SeenRequest = { readonly what: string; readonly headers: Readonly<Record<string, unknown>> };

const LARGEST_BODY = 64 * 1024 * 1024;
/** SQS's ReceiveMessage gives no more. */
const MOST_MESSAGES = 10;

export async function startS3AndSqs(): Promise<S3AndSqs> {
  const requests: SeenRequest[] = [];
  const faults = new Faults<StoreFault>();
  const unanswered = new Set<string>();
  const app = buildApp({ logger: false, defaultRegion: 'ap-northeast-1' });

  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST_BODY }, (_, body, done) => done(null, body));

  app.addHook('preHandler', async ({ id, method, url, headers }, reply) => {
    const target = headers['x-amz-target'];
    const what = typeof target === 'string' ? target : `${method} ${url}`;
    requests.push({ what, headers });
    const fault = faults.take(what);
    if (fault === undefined) return undefined;
    if (typeof fault === 'object') return reply.code(fault.status).send(errorText(fault.type, target !== undefined));
    if (fault === 'answer lost') return void unanswered.add(id);
    reply.hijack();
    if (fault === 'hang up') reply.raw.destroy();
    return undefined;
  });

  app.addHook('onSend', async ({ id }, reply, payload) => {
    if (unanswered.delete(id)) reply.raw.destroy();
    return payload;
  });

  await app.listen({ port: 0, host: '127.0.0.1' });
  const caller = callerAt((app.server.address() as AddressInfo).port);
  const s3 = new S3Client(clientOptions(5000, caller));
  const sqs = new SQSClient(clientOptions(5000, caller));

  return {
    caller,
    requests,
    fail: (what, ...more) => faults.add(what, more),
    async createBucket(name) {
      await s3.send(new CreateBucketCommand({ Bucket: name }));
    },
    async createQueue(name, attributes = {}) {
      await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
      return `${caller.endpoint}/000000000000/${name}`;
    },
    async receive(url) {
      const bodies: string[] = [];
      for (;;) {
        const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: MOST_MESSAGES });
        const { Messages = [] } = await sqs.send(command);
        if (Messages.length === 0) return bodies;
        bodies.push(...Messages.map(({ Body = '' }) => Body));
      }
    },
    async close() {
      s3.destroy();
      sqs.destroy();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** An error as SQS writes it (JSON), or S3 (XML). */
function errorText(type: string, json: boolean): string {
  if (json) return JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message: type });
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${type}</Code><Message>${type}</Message></Error>`;
}
