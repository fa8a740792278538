// The transport `ses`: one SendEmail call for an entry, with the message as it is but for its header section (ses-rules).
// The envelope goes beside it: recipients in Destination, the sender as where feedback goes. FromEmailAddress is never set: SES
// would put it in the place of the message's From. The queue retries, so the SDK tries twice at most: the second try hides a
// kept connection that had died. `delivered` means that SES has the message; what it makes of it comes later as an event, which the
// tag names with the queue id.

import { SendEmailCommand, SESv2Client, type SESv2ClientConfig, SESv2ServiceException } from '@aws-sdk/client-sesv2';
import type { Settings } from '#shared/config/settings.ts';
import { headerEnd } from '#shared/domain/delivery/header-fields.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import { sesOutcome } from '#shared/domain/delivery/ses-errors.ts';
import { sesHeader } from '#shared/domain/delivery/ses-rules.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Body } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { MemoryBudget } from './memory-budget.ts';

const ATTEMPTS = 2;
/** Milliseconds. SES is near; a body of 40 MB on a slow line is not. */
const CONNECTION_TIMEOUT = 5 * 1000;
const REQUEST_TIMEOUT = 5 * 60 * 1000;
/** Octets of bodies in memory; a call needs some five times as much while the SDK encodes it. */
const BODIES_IN_MEMORY = 32 * 1024 * 1024;

/** SES's events carry it: which entry they are about. A queue id is within what SES allows: letters, digits, - and _. */
const QUEUE_ID_TAG = 'queue-id';

export type SesSettings = Pick<Settings, 'ses_region' | 'ses_configuration_set'>;

/** `caller` says who calls and where SES is, if the SDK is not to find out from its environment. */
export function createSesTransport(
  settings: SesSettings,
  caller: Pick<SESv2ClientConfig, 'endpoint' | 'credentials'> = {},
): Transport {
  const { ses_region: region, ses_configuration_set: configurationSet } = settings;
  const client = new SESv2Client({
    ...caller,
    ...(region === '' ? {} : { region }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
  const budget = new MemoryBudget(BODIES_IN_MEMORY);

  async function send(
    { id, sender }: Entry,
    recipients: readonly string[],
    message: Buffer,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const command = new SendEmailCommand({
      Destination: { ToAddresses: [...recipients] },
      // The null sender wants no feedback.
      ...(sender === '' ? {} : { FeedbackForwardingEmailAddress: sender }),
      ...(configurationSet === '' ? {} : { ConfigurationSetName: configurationSet }),
      Content: { Raw: { Data: message } },
      EmailTags: [{ Name: QUEUE_ID_TAG, Value: id }],
    });
    try {
      signal?.throwIfAborted();
      const { MessageId } = await client.send(command, signal && { abortSignal: signal });
      return { kind: 'delivered', response: `Ok ${MessageId}` };
    } catch (error) {
      return outcomeOf(signal?.aborted === true ? signal.reason : error);
    }
  }

  async function deliver(
    entry: Entry,
    recipients: readonly string[],
    body: Body,
    signal: AbortSignal | undefined,
  ): Promise<Outcome[]> {
    const raw = await wholeOf(body);
    const end = headerEnd(raw);
    const header = sesHeader(raw.subarray(0, end));
    if (header.kind === 'unfit')
      return recipients.map(() => ({ kind: 'failed', status: '5.6.0', reason: header.reason }));
    const message = Buffer.concat([header.section, raw.subarray(end)]);
    const outcome = await send(entry, recipients, message, signal);
    if (recipients.length === 1 || !isAboutAnAddress(outcome)) return recipients.map(() => outcome);
    // SES refuses a call for one bad recipient: each gets a call, so that the others get their mail.
    const outcomes: Outcome[] = [];
    for (const recipient of recipients) outcomes.push(await send(entry, [recipient], message, signal));
    return outcomes;
  }

  return {
    name: 'ses',
    deliver: (entry, recipients, body, signal) =>
      budget.spend(body.size, () => deliver(entry, recipients, body, signal)),
    async close() {
      client.destroy();
    },
  };
}

async function wholeOf(body: Body): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isAboutAnAddress(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.status === '5.1.3';
}

function outcomeOf(error: unknown): Outcome {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const httpStatus = error instanceof SESv2ServiceException ? error.$metadata.httpStatusCode : undefined;
  return sesOutcome({ name, message, httpStatus });
}
