// A proxy in front of a stand-in that notes every AWS call that passes: who made it (the access key id, which a test gives each
// program by its name), the service, the operation, and the resource that it was about. It changes nothing, but for an outage, or
// an answer that never comes, that a test asks for.

import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Call = {
  /** The caller's access key id. */
  readonly program: string;
  /** As in SigV4's scope: `dynamodb`, `s3`, `sqs`, `secretsmanager`, `ses`, `lambda`, `route53`. */
  readonly service: string;
  /** As the API names it. */
  readonly operation: string;
  /** The table (with `/index/NAME` behind it), bucket, queue, secret, function or zone; empty for none. */
  readonly resource: string;
};

/** `before`: the stand-in never hears of it; `behind`: it has done what was asked. */
type Moment = 'before' | 'behind';

export type Recorder = {
  readonly endpoint: string;
  readonly calls: readonly Call[];
  /** While true, every connection breaks. */
  isOut: boolean;
  /** The next such call gets no answer, for as long as its caller waits. Resolves when that has come about. */
  silence(program: string, operation: string, moment: Moment): Promise<void>;
  close(): Promise<void>;
};

type Silence = {
  readonly program: string;
  readonly operation: string;
  readonly moment: Moment;
  readonly begun: () => void;
};

/** `endpoint`: the stand-in's. */
export async function startRecorder(endpoint: string): Promise<Recorder> {
  const target = new URL(endpoint);
  const calls: Call[] = [];
  const silences: Silence[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const call = callOf(request, body);
    calls.push(call);
    if (recorder.isOut) return void response.destroy();
    const silence = takeSilence(call);
    if (silence?.moment === 'before') return silence.begun();
    const { method, url, headers } = request;
    const onward = forward(
      { host: target.hostname, port: target.port, method, path: url, headers: { ...headers, host: target.host } },
      (answer) => {
        if (silence !== undefined) return void answer.resume().once('end', silence.begun);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  function takeSilence({ program, operation }: Call): Silence | undefined {
    const at = silences.findIndex((silence) => silence.program === program && silence.operation === operation);
    return at === -1 ? undefined : silences.splice(at, 1)[0];
  }

  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const recorder: Recorder = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    isOut: false,
    silence(program, operation, moment) {
      const { promise, resolve } = Promise.withResolvers<void>();
      silences.push({ program, operation, moment, begun: resolve });
      return promise;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return recorder;
}

function callOf(request: IncomingMessage, body: Buffer): Call {
  const scope = /Credential=([^/]+)\/[^/]+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  const [program = 'nobody', service = 'unknown'] = scope?.slice(1) ?? [];
  const { operation, resource } = READERS[service]?.(request, body) ?? { operation: 'unknown', resource: '' };
  return { program, service, operation, resource };
}

type Read = (request: IncomingMessage, body: Buffer) => Pick<Call, 'operation' | 'resource'>;

type Named = {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: object;
  readonly QueueUrl?: string;
  readonly SecretId?: string;
};

/** JSON protocols name the operation in a header, and the resource in the body. */
const json =
  (resourceOf: (body: Named) => string | undefined): Read =>
  (request, body) => {
    const target = String(request.headers['x-amz-target']);
    const resource = resourceOf(JSON.parse(body.toString('utf8')) as Named);
    return { operation: target.slice(target.indexOf('.') + 1), resource: resource ?? '' };
  };

const READERS: Readonly<Record<string, Read>> = {
  dynamodb: json(({ TableName, IndexName, RequestItems }) => {
    if (RequestItems !== undefined) return Object.keys(RequestItems).join(',');
    return IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`;
  }),
  sqs: json(({ QueueUrl }) => QueueUrl?.split('/').at(-1)),
  secretsmanager: json(({ SecretId }) => SecretId),
  s3(request) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const [bucket = '', ...key] = pathname.slice(1).split('/');
    return { operation: s3Operation(request.method ?? '', key.join('/') !== '', searchParams), resource: bucket };
  },
  ses: (request) => ({
    operation: request.url === '/v2/email/account' ? 'GetAccount' : 'SendEmail',
    resource: '',
  }),
  lambda: (request) => ({
    operation: 'Invoke',
    resource: decodeURIComponent(/\/functions\/([^/]+)\//.exec(request.url ?? '')?.[1] ?? ''),
  }),
  route53: (request) => {
    const zone = /\/hostedzone\/([^/]+)\/rrset/.exec(request.url ?? '')?.[1];
    return zone === undefined
      ? { operation: 'GetChange', resource: '' }
      : { operation: 'ChangeResourceRecordSets', resource: zone };
  },
};

function s3Operation(method: string, hasKey: boolean, query: URLSearchParams): string {
  switch (method) {
    case 'GET':
      return hasKey ? 'GetObject' : 'ListObjectsV2';
    case 'HEAD':
      return hasKey ? 'HeadObject' : 'HeadBucket';
    case 'PUT':
      return hasKey ? 'PutObject' : 'CreateBucket';
    case 'DELETE':
      return 'DeleteObject';
    default:
      return query.has('delete') ? 'DeleteObjects' : 'unknown';
  }
}
