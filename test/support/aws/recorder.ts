// A proxy in front of a stand-in that notes every AWS call that passes: who made it (the access key id, which a test gives each
// program by its name), the service, the operation, and the resource that it was about. It changes nothing, but for an outage, or
// an answer that never comes, that a test asks for.

import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DIRECTORY_TABLE, QUEUE_TABLE } from '#shared/config/records.ts';

export type Call = {
  /** The caller's access key id. */
  readonly program: string;
  /** As in SigV4's scope: `dynamodb`, `s3`, `sqs`, `secretsmanager`, `ses`, `lambda`, `route53`. */
  readonly service: string;
  /** As the API names it. */
  readonly operation: string;
  /** The table (with `/index/NAME` behind it), bucket, queue, secret, function, zone or configuration set; empty for none. */
  readonly resource: string;
  /** What IAM's condition keys of this call would hold. */
  readonly conditions?: Readonly<Record<string, readonly string[]>>;
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
  /** The connections of the next such calls break. */
  breakOff(program: string, operation: string, moment: Moment, times?: number): void;
  close(): Promise<void>;
};

type Trouble = {
  readonly program: string;
  readonly operation: string;
  readonly moment: Moment;
  readonly come: (response: ServerResponse) => void;
};

/** `endpoint`: the stand-in's. */
export async function startRecorder(endpoint: string): Promise<Recorder> {
  const target = new URL(endpoint);
  const calls: Call[] = [];
  const troubles: Trouble[] = [];

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const call = callOf(request, body);
    calls.push(call);
    if (recorder.isOut) return void response.destroy();
    const trouble = takeTrouble(call);
    if (trouble?.moment === 'before') return trouble.come(response);
    const { method, url, headers } = request;
    const onward = forward(
      { host: target.hostname, port: target.port, method, path: url, headers: { ...headers, host: target.host } },
      (answer) => {
        if (trouble !== undefined) return void answer.resume().once('end', () => trouble.come(response));
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  function takeTrouble({ program, operation }: Call): Trouble | undefined {
    const at = troubles.findIndex((trouble) => trouble.program === program && trouble.operation === operation);
    return at === -1 ? undefined : troubles.splice(at, 1)[0];
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
      troubles.push({ program, operation, moment, come: () => resolve() });
      return promise;
    },
    breakOff(program, operation, moment, times = 1) {
      const come = (response: ServerResponse): void => void response.destroy();
      for (let i = 0; i < times; i += 1) troubles.push({ program, operation, moment, come });
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
  return { program, service, ...(READERS[service]?.(request, body) ?? { operation: 'unknown', resource: '' }) };
}

type Read = (request: IncomingMessage, body: Buffer) => Omit<Call, 'program' | 'service'>;

type Named = {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: object;
  readonly QueueUrl?: string;
  readonly SecretId?: string;
  readonly ConfigurationSetName?: string;
  readonly Item?: DynamoKey;
  readonly Key?: DynamoKey;
};

type DynamoKey = Readonly<Record<string, { readonly S?: string }>>;

/** JSON protocols name the operation in a header, and the resource in the body. */
const json =
  (resourceOf: (body: Named) => string | undefined, conditionsOf?: (body: Named) => Call['conditions']): Read =>
  (request, body) => {
    const target = String(request.headers['x-amz-target']);
    const named = JSON.parse(body.toString('utf8')) as Named;
    const conditions = conditionsOf?.(named);
    return {
      operation: target.slice(target.indexOf('.') + 1),
      resource: resourceOf(named) ?? '',
      ...(conditions === undefined ? {} : { conditions }),
    };
  };

const READERS: Readonly<Record<string, Read>> = {
  dynamodb: json(
    ({ TableName, IndexName, RequestItems }) => {
      if (RequestItems !== undefined) return Object.keys(RequestItems).join(',');
      return IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`;
    },
    ({ Item, Key }) => {
      const key = Item ?? Key;
      const leading = key?.[DIRECTORY_TABLE.partitionKey] ?? key?.[QUEUE_TABLE.partitionKey];
      return leading?.S === undefined ? undefined : { 'dynamodb:LeadingKeys': [leading.S] };
    },
  ),
  sqs: json(({ QueueUrl }) => QueueUrl?.split('/').at(-1)),
  secretsmanager: json(({ SecretId }) => SecretId),
  s3(request) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const [bucket = '', ...key] = pathname.slice(1).split('/');
    return { operation: s3Operation(request.method ?? '', key.join('/') !== '', searchParams), resource: bucket };
  },
  ses: (request, body) => {
    if (request.url === '/v2/email/account') return { operation: 'GetAccount', resource: '' };
    const { ConfigurationSetName = '' } = JSON.parse(body.toString('utf8')) as Named;
    return { operation: 'SendEmail', resource: ConfigurationSetName };
  },
  lambda: (request) => ({
    operation: 'Invoke',
    resource: decodeURIComponent(/\/functions\/([^/]+)\//.exec(request.url ?? '')?.[1] ?? ''),
  }),
  route53: (request, body) => {
    const zone = /\/hostedzone\/([^/]+)\/rrset/.exec(request.url ?? '')?.[1];
    if (zone === undefined) return { operation: 'GetChange', resource: request.url?.split('/').at(-1) ?? '' };
    const all = (tag: string) =>
      [...body.toString('utf8').matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text = '']) => text);
    const conditions = {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': all('Name').map((n) =>
        n.toLowerCase().replace(/\.$/, ''),
      ),
      'route53:ChangeResourceRecordSetsRecordTypes': all('Type'),
      'route53:ChangeResourceRecordSetsActions': all('Action'),
    };
    return { operation: 'ChangeResourceRecordSets', resource: zone, conditions };
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
