import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyDecoder } from '#shared/domain/smtp/body.ts';
import { assertCrlfAlone, play } from '../support/wire-session.ts';
import { VARIANTS } from './variants.ts';

const OPENING = 'EHLO home.example.jp\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n';
const OPENING_REPLIES = [220, 250, 250, 250, 354];

function decode(pieces: readonly Buffer[]): { body: string; rest: string | undefined } {
  const decoder = new BodyDecoder();
  const out: Buffer[] = [];
  for (const [i, piece] of pieces.entries()) {
    const decoded = decoder.push(Buffer.from(piece));
    out.push(...decoded.pieces);
    if (decoded.rest !== undefined) {
      const rest = Buffer.concat([decoded.rest, ...pieces.slice(i + 1)]);
      return { body: Buffer.concat(out).toString('latin1'), rest: rest.toString('latin1') };
    }
  }
  return { body: Buffer.concat(out).toString('latin1'), rest: undefined };
}

const codesOf = (replies: string): number[] => [...replies.matchAll(/^(\d{3}) /gm)].map(([, code]) => Number(code));
const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.from([byte]));

test('the variants are many, each is another, and CRLF.CRLF is none of them', () => {
  assert.ok(VARIANTS.length > 1000, `${VARIANTS.length}`);
  for (const known of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\r\n\0.\r\n', '\r\n.\0\r\n']) {
    assert.ok(
      VARIANTS.some(({ name }) => name === JSON.stringify(known)),
      JSON.stringify(known),
    );
  }
  for (const { sent } of VARIANTS) assert.equal(sent.indexOf('\r\n.\r\n'), sent.length - 5);
});

test('no variant ends a message in the decoder, wherever the bytes are split in two', () => {
  for (const { name, sent, stored } of VARIANTS) {
    const bytes = Buffer.from(`${sent}QUIT\r\n`, 'latin1');
    for (let at = 0; at <= bytes.length; at++) {
      const { body, rest } = decode([bytes.subarray(0, at), bytes.subarray(at)]);
      if (body !== stored || rest !== 'QUIT\r\n')
        assert.deepEqual({ body, rest }, { body: stored, rest: 'QUIT\r\n' }, name);
    }
  }
});

test('no variant makes the session see a second message, in one piece or byte by byte', async () => {
  for (const { name, sent, stored } of VARIANTS) {
    const bytes = Buffer.from(`${OPENING}${sent}QUIT\r\n`, 'latin1');
    for (const pieces of [[bytes], bytewise(bytes)]) {
      const { replies, messages } = await play(pieces);
      assert.deepEqual(messages, [stored], name);
      assert.deepEqual(codesOf(replies), [...OPENING_REPLIES, 250, 221], name);
    }
  }
});

test('where bare newlines are rejected, a message with one is refused whole', async () => {
  for (const { name, sent } of VARIANTS) {
    const { replies, messages } = await play([Buffer.from(`${OPENING}${sent}QUIT\r\n`, 'latin1')], {
      smtpd_forbid_bare_newline: 'reject',
    });
    const hasBareLf = /(?<!\r)\n/.test(sent);
    assert.equal(messages.length, hasBareLf ? 0 : 1, name);
    assert.deepEqual(codesOf(replies), [...OPENING_REPLIES, hasBareLf ? 550 : 250, 221], name);
  }
});

test('a variant in a chunk of BDAT is the message, and never its end', async () => {
  for (const { name, sent } of VARIANTS) {
    const envelope = 'EHLO home.example.jp\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\n';
    const [first, second] = [sent.slice(0, 25), sent.slice(25)];
    const bytes = Buffer.from(
      `${envelope}BDAT ${first.length}\r\n${first}BDAT ${second.length} LAST\r\n${second}QUIT\r\n`,
      'latin1',
    );
    for (const pieces of [[bytes], bytewise(bytes)]) {
      const { replies, messages } = await play(pieces);
      assert.deepEqual(codesOf(replies), [220, 250, 250, 250, 250, 250, 221], name);
      assert.equal(messages.length, 1, name);
      assertCrlfAlone(messages);
    }
  }
});
