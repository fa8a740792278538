// Mail from home that can be told apart by a number, and what of it has arrived at Amazon SES: every recipient at least once, and
// every copy byte for byte.

import assert from 'node:assert/strict';
import type { SesMessage } from '../../support/ses-stand-in.ts';
import { AAA } from './memo-relay.ts';
import { MESSAGE, MESSAGE_ON_THE_WIRE, takeTraces } from './message.ts';
import type { Postfix } from './postfix.ts';

type Wanted = {
  readonly to?: readonly string[];
  /** Octets, or somewhat more. */
  readonly size?: number;
};

export type NumberedMail = {
  /** Gives a message to the home server. */
  send(message?: Wanted): Promise<void>;
  /** Gives it so many, some at a time. */
  sendMany(count: number): Promise<void>;
  readonly sent: number;
  /** What has not arrived: a number and a recipient each. */
  missing(): string[];
  /** Copies for a recipient beyond the first. */
  duplicates(): number;
};

type Sent = { readonly to: readonly string[]; readonly onTheWire: Buffer };

const FIELD = 'X-Line';
/** The relay's, and the home server's. */
const TRACES = 2;
const SENDERS = 5;

/** `arrived`: Amazon SES's messages, which become more. */
export function numberedMail(home: Postfix, arrived: readonly SesMessage[]): NumberedMail {
  const sent: Sent[] = [];

  async function send({ to = ['someone@example.net'], size = 0 }: Wanted = {}): Promise<void> {
    const field = `${FIELD}: ${sent.length}`;
    const line = 'x'.repeat(76);
    const filling = Math.ceil(size / line.length);
    sent.push({
      to,
      onTheWire: Buffer.concat([
        Buffer.from(`${field}\r\n`),
        MESSAGE_ON_THE_WIRE,
        Buffer.from(`${line}\r\n`.repeat(filling)),
      ]),
    });
    await home.sendmail(
      AAA.sender,
      to,
      Buffer.concat([Buffer.from(`${field}\n`), MESSAGE, Buffer.from(`${line}\n`.repeat(filling))]),
    );
  }

  /** How many copies each recipient of each message got, by `number recipient`. Throws at a copy that is not as it was sent. */
  function copies(): Map<string, number> {
    const counts = new Map(sent.flatMap(({ to }, number) => to.map((each) => [`${number} ${each}`, 0])));
    for (const { raw, to } of arrived) {
      const number = Number(new RegExp(`^${FIELD}: (\\d+)\\r$`, 'm').exec(raw.toString('latin1', 0, 4096))?.[1]);
      const { content } = takeTraces(raw, TRACES);
      assert.ok(sent[number]?.onTheWire.equals(content), `message ${number} has arrived otherwise than it was sent`);
      for (const each of to) {
        const copy = `${number} ${each}`;
        assert.ok(counts.has(copy), `nobody sent ${copy}`);
        counts.set(copy, (counts.get(copy) ?? 0) + 1);
      }
    }
    return counts;
  }

  return {
    send,
    async sendMany(count) {
      let left = count;
      const sender = async (): Promise<void> => {
        while (left-- > 0) await send();
      };
      await Promise.all(Array.from({ length: SENDERS }, sender));
    },
    get sent() {
      return sent.length;
    },
    missing: () => [...copies()].filter(([, count]) => count === 0).map(([copy]) => copy),
    duplicates: () => [...copies().values()].reduce((sum, count) => sum + Math.max(count - 1, 0), 0),
  };
}
