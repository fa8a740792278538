import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertCrlfAlone, type Played, play } from '../support/wire-session.ts';

const CORPUS = new URL('./corpus/', import.meta.url);

/** A corpus file is JSON's string of what the client sends: every octet can be seen. */
const sessions = readdirSync(CORPUS).map((name): [string, Buffer] => [
  name,
  Buffer.from(JSON.parse(readFileSync(new URL(name, CORPUS), 'utf8')) as string, 'latin1'),
]);

function assertSound({ replies, messages, faults }: Played): void {
  assertCrlfAlone(messages);
  assert.deepEqual(faults, []);
  assert.match(replies, /^(?:(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n)+$/);
  for (const line of replies.split('\r\n')) assert.ok(line.length <= 510, line);
}

const cut = (bytes: Buffer, at: number): Buffer[] =>
  [bytes.subarray(0, at), bytes.subarray(at)].filter((b) => b.length > 0);

test('the sessions of the corpus are answered alike at every split', async () => {
  assert.ok(sessions.length > 0);
  for (const [name, bytes] of sessions) {
    const whole = await play([bytes]);
    assertSound(whole);
    for (let at = 1; at < bytes.length; at++) assert.deepEqual(await play(cut(bytes, at)), whole, `${name} at ${at}`);
    assert.deepEqual(await play([...bytes].map((byte) => Buffer.from([byte]))), whole, name);
  }
});

const WORDS = [
  'EHLO a.example\r\n',
  'HELO a\r\n',
  'MAIL FROM:<a@example.jp>',
  'RCPT TO:<b@example.net>',
  'DATA\r\n',
  'RSET\r\n',
  'BDAT 5\r\n',
  'BDAT 4 LAST\r\n',
  'AUTH PLAIN ',
  'AUTH LOGIN\r\n',
  'AUTH CRAM-MD5\r\n',
  'AUTH SCRAM-SHA-256\r\n',
  '*\r\n',
  'VRFY a\r\n',
  'NOOP\r\n',
  ' SIZE=1',
  ' NOTIFY=NEVER',
  ' ORCPT=rfc822;+2',
  ' ENVID=+41',
  'biws',
  'AGEAYg==',
  '\r\n',
  '\n',
  '\r',
  '.',
  '\r\n.\r\n',
  '\0',
  'é',
  ' ',
  '<',
  '>',
  '"',
  '\\',
  '@',
  'x'.repeat(600),
  'x'.repeat(2100),
];
const input = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 })), { maxLength: 40 });

test('whatever is sent, however it is split, the replies are whole and the same, and so is what is stored', async () => {
  await fc.assert(
    fc.asyncProperty(input, fc.array(fc.nat(), { maxLength: 6 }), async (words, cuts) => {
      const bytes = Buffer.from(words.join(''), 'latin1');
      const ends = [...new Set(cuts.map((end) => end % (bytes.length + 1)))].toSorted((a, b) => a - b);
      const pieces = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      const whole = await play(bytes.length === 0 ? [] : [bytes]);
      assertSound(whole);
      assert.deepEqual(withoutNonces(await play(pieces.filter(({ length }) => length > 0))), withoutNonces(whole));
    }),
    { numRuns: 500 },
  );
});

/** A challenge is another in each session. */
function withoutNonces(played: Played): Played {
  return { ...played, replies: played.replies.replace(/^334 \S+/gm, '334 challenge') };
}
