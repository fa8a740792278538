import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Settings } from '#shared/config/settings.ts';
import { r521BdatSyntax } from '#shared/domain/smtp/reply.ts';
import { MemoryListener } from '../support/memory-listener.ts';
import { cuts, falseEnds, SECOND, trueEnds, withCrlf } from './variants.ts';

const SETTINGS = { smtpd_forbid_unauth_pipelining: false, smtpd_hard_error_limit: 100_000 };
const ENVELOPE = 'MAIL FROM:<first@example.jp>\r\nRCPT TO:<friend@example.net>\r\n';

async function open(settings: Partial<Settings> = {}) {
  const listener = new MemoryListener({ ...SETTINGS, ...settings });
  const client = await listener.client();
  await client.send('EHLO home\r\n');
  return { listener, client };
}

const bdat = (octets: string, last = ' LAST'): string => `BDAT ${octets.length}${last}\r\n${octets}`;
const codes = (said: string): number[] =>
  said
    .split('\r\n')
    .slice(0, -1)
    .map((line) => Number(line.slice(0, 3)));

test('in a chunk no dot ends anything, not even a true end, wherever the octets are cut', async () => {
  const { listener, client } = await open();
  const letters = ['\r', '\n', '\0'];
  for (const { before, after } of [...falseEnds(letters, 1), ...trueEnds(letters, 2)]) {
    const text = `first${before}.${after}${SECOND}.\r\n`;
    for (const packets of cuts(bdat(text))) {
      listener.messages.length = 0;
      await client.send(ENVELOPE);
      assert.deepEqual(codes(await client.send(...packets)), [250], JSON.stringify(packets));
      assert.deepEqual(
        listener.messages.map(({ sender, content }) => [sender, content]),
        [['first@example.jp', withCrlf(text)]],
        JSON.stringify(packets),
      );
    }
  }
});

test('nor where one chunk ends and the next begins', async () => {
  const { listener, client } = await open();
  for (const { before, after } of [...falseEnds(['\r', '\n', '\0'], 2), { before: '\r\n', after: '\r\n' }]) {
    const text = `first${before}.${after}${SECOND}.\r\n`;
    for (const [chunk, rest] of cuts(text)) {
      listener.messages.length = 0;
      assert.deepEqual(codes(await client.send(ENVELOPE + bdat(chunk, '') + bdat(rest))), [250, 250, 250, 250]);
      assert.deepEqual(
        listener.messages.map(({ sender, content }) => [sender, content]),
        [['first@example.jp', withCrlf(text)]],
        JSON.stringify([chunk, rest]),
      );
    }
  }
});

const WHOLE = `${SECOND}.\r\n`;
for (const [why, code, before, settings] of [
  ['no transaction', 503, '', {}],
  ['no recipient', 554, 'MAIL FROM:<first@example.jp>\r\n', {}],
  ['too many octets', 552, ENVELOPE, { message_size_limit: WHOLE.length - 1 }],
  ['no room for another message', 452, ENVELOPE, { smtpd_memory_limit: 0 }],
  ['an earlier refusal', 551, `${ENVELOPE}BDAT 0\r\n`, {}],
] as const) {
  test(`the octets of a chunk that is refused (${why}) never become commands, wherever they are cut`, async () => {
    const { listener, client } = await open(settings);
    for (const last of ['', ' LAST']) {
      for (const packets of cuts(bdat(WHOLE, last))) {
        await client.send(`RSET\r\n${before}`);
        assert.deepEqual(codes(await client.send(...packets, 'NOOP\r\n')), [code, 250], JSON.stringify(packets));
      }
    }
    assert.deepEqual(listener.messages, []);
  });
}

test('a count that is none ends the connection, since nobody knows where the next command begins', async () => {
  const blank = ['\r', '\xa0'];
  const wrong = ['+', '-', '0x', '.', 'e', '\0', '\xb2'];
  const counts = [
    ...wrong.flatMap((text) => [text, `${text}5`, `5 LAST${text}`]),
    ...[...wrong, ...blank].flatMap((text) => [`5${text}1`, `5${text} LAST`, `5 LAST${text}1`]),
    '',
    '5 LAST LAST',
    '5 first',
    '5,',
    '9'.repeat(16),
  ];
  for (const count of counts) {
    const { listener, client } = await open();
    const said = await client.send(ENVELOPE, `BDAT ${count}\r\n`, WHOLE);
    assert.ok(said.endsWith(`Ok\r\n${r521BdatSyntax.wire}`), JSON.stringify([count, said]));
    assert.ok(client.closed);
    assert.deepEqual(listener.messages, []);
  }
});
