// CloudFormation as relayctl sees it: the Query protocol's DescribeStacks, with the stacks that a test names and the refusals that
// AWS is known for. Loopback, port 0.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Stack = { readonly status: string; readonly outputs: Readonly<Record<string, string>> };

export type CloudFormationStandIn = {
  readonly caller: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** By name; may be changed between calls. */
  readonly stacks: Map<string, Stack>;
  /** The next calls are refused so, one each. */
  refuse(...refusals: Refusal[]): void;
  close(): Promise<void>;
};

export type Refusal = { readonly status: number; readonly code: string; readonly message: string };

export async function startCloudFormation(): Promise<CloudFormationStandIn> {
  const stacks = new Map<string, Stack>();
  const refusals: Refusal[] = [];

  function answer(parameters: URLSearchParams): string | Refusal {
    const refusal = refusals.shift();
    if (refusal !== undefined) return refusal;
    const action = parameters.get('Action');
    if (action !== 'DescribeStacks') return { status: 400, code: 'InvalidAction', message: `no action ${action}` };
    const name = parameters.get('StackName') ?? '';
    const stack = stacks.get(name);
    if (stack === undefined) {
      return { status: 400, code: 'ValidationError', message: `Stack with id ${name} does not exist` };
    }
    return described(name, stack);
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answered = answer(new URLSearchParams(body));
      const status = typeof answered === 'string' ? 200 : answered.status;
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(typeof answered === 'string' ? answered : refused(answered));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    caller: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'ap-northeast-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    stacks,
    refuse: (...more) => void refusals.push(...more),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

function described(name: string, { status, outputs }: Stack): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${escaped(key)}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="${NAMESPACE}"><DescribeStacksResult><Stacks><member>
<StackId>arn:aws:cloudformation:ap-northeast-1:000000000000:stack/${escaped(name)}/1</StackId>
<StackName>${escaped(name)}</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-11-24T04:06:00.000Z</CreationTime>
<Outputs>${members.join('')}</Outputs>
</member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeStacksResponse>`;
}

function refused({ code, message }: Refusal): string {
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${escaped(code)}</Code>
<Message>${escaped(message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
