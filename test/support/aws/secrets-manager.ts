// A stand-in for Secrets Manager: an HTTP server that keeps secrets in memory, with the few operations that this project
// calls. It is exact about versions and their stages, and about how it refuses; it fails on demand, and counts.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal, SecretStore, type SecretRequest } from './secret-store.ts';

type Operation = keyof typeof OPERATIONS;

/** How one call fails: an answer of Secrets Manager, or none at all. */
export type SecretsFault = { readonly status: number; readonly type: string; readonly message: string } | 'hang up';

export type SecretsStandIn = {
  /** For the SDK: where it is, and an identity that it does not check. */
  readonly caller: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** What is in it, to be looked at and changed behind the callers' backs. */
  readonly store: SecretStore;
  /** The calls so far, whatever became of them, in order. */
  readonly calls: readonly Operation[];
  /** While set, every call fails so. */
  outage: SecretsFault | undefined;
  /** Called before each call is carried out, and waited for. */
  before: (operation: Operation) => Promise<void> | void;
  /** Called behind each call that was carried out, and waited for: its answer is lost if this is true. */
  loses: (operation: Operation) => Promise<boolean> | boolean;
  close(): Promise<void>;
};

const OPERATIONS = {
  CreateSecret: (store: SecretStore, request: SecretRequest) => store.create(request),
  GetSecretValue: (store: SecretStore, request: SecretRequest) => store.get(request),
  PutSecretValue: (store: SecretStore, request: SecretRequest) => store.put(request),
  UpdateSecretVersionStage: (store: SecretStore, request: SecretRequest) => store.updateStage(request),
} as const;

export async function startSecretsManager(): Promise<SecretsStandIn> {
  const store = new SecretStore();
  const calls: Operation[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const operation = operationOf(request);
      calls.push(operation);
      await standIn.before(operation);
      if (standIn.outage === 'hang up') return void request.socket.destroy();
      if (standIn.outage !== undefined) throw new Refusal(standIn.outage.type, standIn.outage.message);
      const result = OPERATIONS[operation](store, JSON.parse(Buffer.concat(chunks).toString('utf8')) as SecretRequest);
      if (await standIn.loses(operation)) return void request.socket.destroy();
      respond(response, 200, result);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('InternalServiceError', String(error));
      const isServers = refusal.type === 'InternalServiceError';
      respond(response, isServers ? 500 : 400, { __type: refusal.type, Message: refusal.message });
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const standIn: SecretsStandIn = {
    caller: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'ap-northeast-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    store,
    calls,
    outage: undefined,
    before: () => {},
    loses: () => false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

function operationOf({ headers }: IncomingMessage): Operation {
  const operation = String(headers['x-amz-target']).replace(/^secretsmanager\./, '');
  if (!Object.hasOwn(OPERATIONS, operation)) throw new Refusal('UnknownOperationException', `no ${operation}`);
  if (headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) {
    throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  return operation as Operation;
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
