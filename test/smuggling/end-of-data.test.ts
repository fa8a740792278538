import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyDecoder } from '#shared/domain/smtp/body.ts';
import { r250Queued, r354SendData, r550BareLf } from '#shared/domain/smtp/reply.ts';
import { MemoryListener } from '../support/memory-listener.ts';
import { cuts, type Dot, falseEnds, inSpool, SECOND, trueEnds } from './variants.ts';

const LINE_ENDS = ['\r', '\n', '\0'];
const OCTETS = [...LINE_ENDS, ' '];

/** That a client talks out of turn must not be what stops a second message. */
const SETTINGS = { smtpd_forbid_unauth_pipelining: false, smtpd_hard_error_limit: 100_000 };
const ENVELOPE = 'MAIL FROM:<first@example.jp>\r\nRCPT TO:<friend@example.net>\r\nDATA\r\n';
const QUEUED = new RegExp(`^${r250Queued('').wire.trim()} \\S+\r\n$`);

function withSecond({ before, after }: Dot, head: string): string {
  return `${head}${before}.${after}${SECOND}`;
}

/** A session in which one message follows the other: `message` gives its body in packets, and what was said behind 354. */
async function open(settings: ConstructorParameters<typeof MemoryListener>[0] = {}) {
  const listener = new MemoryListener({ ...SETTINGS, ...settings });
  const client = await listener.client();
  await client.send('EHLO home\r\n');
  async function message(...packets: readonly string[]): Promise<string> {
    listener.messages.length = 0;
    assert.ok((await client.send(ENVELOPE)).endsWith(r354SendData.wire));
    return client.send(...packets);
  }
  return { messages: listener.messages, message };
}

test('of all that may stand around a dot the decoder takes CRLF.CRLF alone for the end, wherever the octets are cut', () => {
  for (const dot of falseEnds(OCTETS, 3)) {
    const text = `a${dot.before}.${dot.after}b`;
    for (const packets of cuts(`${text}\r\n.\r\n`)) {
      const decoder = new BodyDecoder();
      const [first, last] = packets.map((packet) => decoder.push(Buffer.from(packet, 'latin1')));
      assert.equal(first?.rest, undefined, JSON.stringify(packets));
      assert.equal(last?.rest?.length, 0, JSON.stringify(packets));
      const pieces = [...(first?.pieces ?? []), ...(last?.pieces ?? [])];
      assert.equal(Buffer.concat(pieces).toString('latin1'), inSpool(`${text}\r\n`), JSON.stringify(packets));
    }
  }
});

for (const [where, head] of [
  ['within a message', 'first'],
  ['where a message begins', ''],
] as const) {
  test(`${where}, no false end lets a second message in, wherever the octets are cut`, async () => {
    const { messages, message } = await open();
    // What the DATA command's own line end begins may be an end, too.
    const dots = falseEnds(LINE_ENDS, 2).filter(
      ({ before, after }) => `${head}${before}` !== '' || !after.startsWith('\r\n'),
    );
    for (const dot of dots) {
      const text = withSecond(dot, head);
      for (const packets of cuts(`${text}.\r\n`)) {
        assert.match(await message(...packets), QUEUED, JSON.stringify(packets));
        assert.deepEqual(
          messages.map(({ sender, content }) => [sender, content]),
          [['first@example.jp', inSpool(text)]],
          JSON.stringify(packets),
        );
      }
    }
  });
}

test('nor does one that comes octet by octet', async () => {
  const { messages, message } = await open();
  for (const dot of falseEnds(OCTETS, 2)) {
    const text = withSecond(dot, 'first');
    assert.match(await message(...`${text}.\r\n`.split('')), QUEUED, JSON.stringify(dot));
    assert.deepEqual(
      messages.map(({ sender, content }) => [sender, content]),
      [['first@example.jp', inSpool(text)]],
      JSON.stringify(dot),
    );
  }
});

test('under smtpd_forbid_bare_newline = reject a message with a bare LF is refused whole, and no second one is seen', async () => {
  const { messages, message } = await open({ smtpd_forbid_bare_newline: 'reject' });
  const refused = r550BareLf('relay.example.jp').wire;
  for (const dot of falseEnds(OCTETS, 2)) {
    const text = withSecond(dot, 'first');
    const isRefused = /(?<!\r)\n/.test(text);
    for (const packets of [[`${text}.\r\n`], `${text}.\r\n`.split('')]) {
      const said = await message(...packets);
      if (isRefused) assert.equal(said, refused, JSON.stringify(dot));
      else assert.match(said, QUEUED, JSON.stringify(dot));
      assert.equal(messages.length, isRefused ? 0 : 1, JSON.stringify(dot));
    }
  }
});

test('behind a true end the next message is seen, so that one that was smuggled in would have been, too', async () => {
  for (const dot of trueEnds(LINE_ENDS, 3).filter(({ after }) => after === '\r\n')) {
    const { messages, message } = await open();
    await message(`${withSecond(dot, 'first')}.\r\n`);
    assert.deepEqual(
      messages.map(({ sender }) => sender),
      ['first@example.jp', 'evil@example.org'],
      JSON.stringify(dot),
    );
  }
});
