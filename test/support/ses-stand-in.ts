// A stand-in for Amazon SES v2's SendEmail and GetAccount: a small HTTP server that keeps what it is sent (the envelope, the tags
// and the raw octets), refuses what SES refuses as far as this project relies on it, and fails on demand.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SesMessage = {
  readonly id: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly feedback: string | undefined;
  readonly configurationSet: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The request's fields, for those that must not be there. */
  readonly fields: readonly string[];
};

/** In SES's words; may be changed at any time. */
export type SesAccount = {
  SendingEnabled: boolean;
  SendQuota: { Max24HourSend: number; SentLast24Hours: number; MaxSendRate: number };
};

/** How one call fails: an answer of SES, a broken connection, or no answer for as long as its caller waits. `pass`: it does not. */
export type SesFault =
  { readonly status: number; readonly type: string; readonly message: string } | 'hang up' | 'silence' | 'pass';

export type SesStandIn = {
  /** For the SDK: where it is, and an identity that it does not check. */
  readonly caller: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly messages: readonly SesMessage[];
  /** What GetAccount answers. */
  readonly account: SesAccount;
  /** Calls so far, whatever became of them. */
  readonly calls: number;
  /** The next calls fail so, one each. */
  fail(...faults: SesFault[]): void;
  close(): Promise<void>;
};

type SendEmailRequest = {
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly Content?: { readonly Raw?: { readonly Data: string } };
  readonly FeedbackForwardingEmailAddress?: string;
  readonly ConfigurationSetName?: string;
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
};

const MOST_RECIPIENTS = 50;
const CONFIGURATION_SETS = new Set(['relay']);

class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export async function startSes(): Promise<SesStandIn> {
  const messages: SesMessage[] = [];
  const faults: SesFault[] = [];
  // The sandbox.
  const account: SesAccount = {
    SendingEnabled: true,
    SendQuota: { Max24HourSend: 200, SentLast24Hours: 0, MaxSendRate: 1 },
  };
  let calls = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    calls += 1;
    const fault = faults.shift();
    if (fault === 'silence') return;
    if (fault === 'hang up') {
      request.socket.destroy();
      return;
    }
    try {
      if (fault !== undefined && fault !== 'pass') throw new Refusal(fault.status, fault.type, fault.message);
      if (request.method === 'GET' && request.url === '/v2/email/account') {
        respond(response, 200, account);
        return;
      }
      if (request.url !== '/v2/email/outbound-emails')
        throw new Refusal(404, 'UnknownOperationException', `no ${request.url}`);
      const message = accept(JSON.parse(Buffer.concat(chunks).toString('utf8')) as SendEmailRequest, messages.length);
      messages.push(message);
      respond(response, 200, { MessageId: message.id });
    } catch (error) {
      const { status, type, message } =
        error instanceof Refusal ? error : new Refusal(500, 'InternalFailure', String(error));
      respond(response, status, { message }, type);
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    caller: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'ap-northeast-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    messages,
    account,
    get calls() {
      return calls;
    },
    fail: (...more) => void faults.push(...more),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function accept(request: SendEmailRequest, number: number): SesMessage {
  const to = request.Destination?.ToAddresses ?? [];
  const raw = Buffer.from(request.Content?.Raw?.Data ?? '', 'base64');
  if (to.length === 0 || raw.length === 0)
    throw new Refusal(400, 'BadRequestException', 'Content and Destination are required');
  if (to.length > MOST_RECIPIENTS)
    throw new Refusal(400, 'BadRequestException', `Recipient count exceeds ${MOST_RECIPIENTS}.`);
  for (const address of to) {
    if (/[^\x21-\x7e]/.test(address)) {
      throw new Refusal(400, 'BadRequestException', 'Local address contains control or whitespace');
    }
  }
  refuseDuplicates(raw);
  const set = request.ConfigurationSetName;
  if (set !== undefined && !CONFIGURATION_SETS.has(set)) {
    throw new Refusal(404, 'NotFoundException', `Configuration set <${set}> does not exist.`);
  }
  return {
    id: `0106${String(number).padStart(12, '0')}-000000`,
    to,
    raw,
    feedback: request.FeedbackForwardingEmailAddress,
    configurationSet: set,
    tags: tagsOf(request),
    fields: Object.keys(request),
  };
}

function tagsOf({ EmailTags = [] }: SendEmailRequest): Record<string, string> {
  for (const { Name, Value } of EmailTags) {
    for (const text of [Name, Value]) {
      if (!/^[\w-]{1,256}$/.test(text)) throw new Refusal(400, 'BadRequestException', `Invalid tag <${text}>.`);
    }
  }
  return Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value]));
}

/** Of the once-only fields, the few that the tests send. */
function refuseDuplicates(raw: Buffer): void {
  const header = raw.toString('latin1').split('\r\n\r\n', 1).join('');
  for (const name of ['From', 'Subject', 'Date', 'DKIM-Signature', 'Delivered-To']) {
    if ((header.match(new RegExp(`^${name}:`, 'gim')) ?? []).length > 1) {
      throw new Refusal(400, 'BadRequestException', `Duplicate header '${name}'.`);
    }
  }
}

function respond(response: ServerResponse, status: number, body: object, type?: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  });
  response.end(JSON.stringify(body));
}
