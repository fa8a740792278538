// What the capture transport put into the outbox in place of delivering it: a Maildir, read only. On AWS there is none.

import { headerSection } from '../header-section.ts';
import { OperatorError } from '../operator-error.ts';
import type { Captured, Outbox, Output, Relay } from '../relay.ts';
import { minute, printable, table } from '../text.ts';

export async function* outboxList(outbox: Relay['outbox'], { json }: { json: boolean }): Output {
  const captured = await existing(outbox).list();
  if (json) yield captured.map((message) => `${JSON.stringify(message)}\n`).join('');
  else if (captured.length === 0) yield 'The outbox is empty.\n';
  else {
    const rows = captured.map((message) => [
      message.queueId,
      minute(message.delivered),
      String(message.size),
      `<${message.sender}>`,
      message.recipients.map((recipient) => `<${recipient}>`).join(' '),
      message.subject,
    ]);
    yield table([
      ['QUEUE ID', 'DELIVERED', 'SIZE', 'SENDER', 'RECIPIENTS', 'SUBJECT'],
      ...rows.map((row) => row.map(printable)),
    ]);
  }
}

/** The envelope, then the header section; or nothing but the message's own octets. A queue id stands for its last copy. */
export async function* outboxShow(relayOutbox: Relay['outbox'], nameOrId: string, shown: { body: boolean }): Output {
  const outbox = existing(relayOutbox);
  const captured = await outbox.list();
  const message = captured.findLast(({ name, queueId }) => name === nameOrId || queueId === nameOrId);
  const content = message && (await outbox.open(message.name));
  if (!message || !content) {
    throw new OperatorError(`no ${printable(nameOrId)} in the outbox; relayctl outbox list shows what is there`);
  }
  if (shown.body) yield* content;
  else yield `${envelope(message)}\n${await headerSection(content)}`;
}

function existing(outbox: Relay['outbox']): Outbox {
  if (outbox) return outbox;
  throw new OperatorError('a relay on AWS has no outbox; relayctl queue list shows what it has not delivered yet');
}

function envelope(message: Captured): string {
  const rows = [
    ['name', message.name],
    ['queue id', message.queueId],
    ['sender', `<${message.sender}>`],
    ...message.recipients.map((recipient, i) => [i === 0 ? 'recipients' : '', `<${recipient}>`]),
    ['login', message.login ?? '-'],
    ['arrived', minute(message.arrived)],
    ['delivered', minute(message.delivered)],
    ['size', `${message.size} octets`],
  ];
  return table(rows.map((row) => row.map(printable)));
}
