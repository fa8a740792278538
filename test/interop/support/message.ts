// The message that the interop tests send: what a mail server on its way may spoil. Lines stay below 998 octets, which is
// all that SMTP promises to carry (RFC 5321 §4.5.3.1.6).

import { outboxMessages, withoutTrace } from '../../support/outbox-files.ts';
import { eventually } from '../../support/eventually.ts';

const LINES = [
  'From: Aaa <aaa@example.jp>',
  'To: someone@example.net',
  'Subject: =?UTF-8?B?44GT44KT44Gr44Gh44Gv?=',
  'Date: Tue, 24 Nov 2026 00:00:00 +0000',
  'Message-ID: <interop@home.example.jp>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '.',
  '..',
  '.a line that begins with a dot',
  'こんにちは',
  'a blank at the end ',
  '\ta tab',
  '',
  'From the beginning of a line',
  'x'.repeat(990),
  '',
  'the end',
];

/** As a program at home writes it. */
export const MESSAGE = Buffer.from(LINES.map((line) => `${line}\n`).join(''));

/** As it travels. */
export const MESSAGE_ON_THE_WIRE = Buffer.from(LINES.map((line) => `${line}\r\n`).join(''));

/** The trace headers on top, the latest first, and what stands under them. Each must be there. */
export function takeTraces(message: Buffer, count: number): { readonly traces: string[]; readonly content: Buffer } {
  const traces: string[] = [];
  let content = message;
  for (let i = 0; i < count; i++) {
    const rest = withoutTrace(content);
    traces.push(content.toString('latin1', 0, content.length - rest.length));
    content = rest;
  }
  return { traces, content };
}

type Relay = { readonly dataDirectory: string };

/** The messages in a relay's outbox, the latest last, once there are so many. */
export async function delivered({ dataDirectory }: Relay, count = 1): Promise<Buffer[]> {
  return eventually(`${count} messages in the outbox`, async () => {
    const messages = await outboxMessages(dataDirectory);
    return messages.length >= count ? messages : undefined;
  });
}

export async function outboxSize({ dataDirectory }: Relay): Promise<number> {
  return (await outboxMessages(dataDirectory)).length;
}
