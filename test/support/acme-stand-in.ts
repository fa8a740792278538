// A stand-in for an ACME authority (RFC 8555) over plain HTTP, for tests that run anywhere: it says yes to everybody and everything, and
// issues by test-authority.ts. It looks at no signature, no nonce and no challenge; Pebble does (test/interop/acme.test.ts).

import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenOnLoopback } from './aws/loopback.ts';
import { TestAuthority } from './test-authority.ts';
// Behind test-authority.ts, which brings what it needs.
import * as x509 from '@peculiar/x509';

export type AcmeStandIn = {
  /** URL. */
  readonly directory: string;
  close(): Promise<void>;
};

type Order = { readonly names: readonly string[]; certificate?: string };
type Payload = {
  readonly identifiers?: readonly { readonly value: string }[];
  /** DER in base64url. */
  readonly csr?: string;
};

export async function startAcme(): Promise<AcmeStandIn> {
  const authority = await TestAuthority.start(Date.now);
  const orders: Order[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const at = (path: string) => `http://${request.headers.host}/${path}`;
    const [, what = '', number = '0'] = request.url?.split('/') ?? [];
    const say = (status: number, content: object | string, location = ''): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'replay-nonce': 'n', location });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    };
    const order = orders[Number(number)];
    const stateOf = ({ names, certificate }: Order, id: number | string) => ({
      status: certificate === undefined ? 'pending' : 'valid',
      identifiers: names.map((value) => ({ type: 'dns', value })),
      authorizations: names.map((name) => at(`authorization/${id}/${name}`)),
      finalize: at(`finalize/${id}`),
      certificate: at(`certificate/${id}`),
    });
    switch (what) {
      case 'directory':
        return say(200, { newNonce: at('nonce'), newAccount: at('account'), newOrder: at('orders') });
      case 'nonce':
        return say(200, '');
      case 'account':
        return say(201, { status: 'valid' }, at('account/1'));
      case 'orders': {
        const names = payloadOf(body).identifiers?.map(({ value }) => value) ?? [];
        const id = orders.push({ names }) - 1;
        return say(201, stateOf({ names }, id), at(`order/${id}`));
      }
      case 'authorization': {
        const name = request.url?.split('/').at(-1);
        const challenge = { type: 'dns-01', url: at(`challenge/${number}`), token: 'token', status: 'pending' };
        return say(200, { status: 'pending', identifier: { type: 'dns', value: name }, challenges: [challenge] });
      }
      case 'challenge':
        return say(200, { type: 'dns-01', url: at(`challenge/${number}`), token: 'token', status: 'valid' });
      case 'finalize':
        if (order === undefined) return say(404, {});
        order.certificate = await issue(order.names, payloadOf(body).csr ?? '');
        return say(200, stateOf(order, number));
      case 'certificate':
        return say(200, order?.certificate ?? '');
      default:
        return say(404, {});
    }
  }

  async function issue(names: readonly string[], csr: string): Promise<string> {
    const { publicKey } = new x509.Pkcs10CertificateRequest(Buffer.from(csr, 'base64url'));
    const challenges = { publish: async () => {}, withdraw: async () => {} };
    return authority.issue({ accountKey: '', names, key: publicKey.toString('pem'), challenges });
  }

  const { caller, close } = await listenOnLoopback(answer);
  return { directory: `${caller.endpoint}/directory`, close };
}

function payloadOf(body: Buffer): Payload {
  const { payload = '' } = JSON.parse(body.toString('utf8')) as { readonly payload?: string };
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Payload;
}
