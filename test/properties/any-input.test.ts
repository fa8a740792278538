import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Input } from '#shared/domain/smtp/session.ts';
import { MemoryListener } from '../support/memory-listener.ts';
import { TestSession } from '../support/session.ts';
import { phrase, settings } from './phrases.ts';

/** RFC 5321 §4.2, §4.5.3.1.5; a challenge of SASL may be longer (RFC 4954 §4). */
function assertReplies(said: string): void {
  const lines = said.split('\r\n');
  assert.equal(lines.pop(), '', 'the last line is whole');
  for (const [i, line] of lines.entries()) {
    assert.match(line, /^[2-5]\d\d[ -][\x20-\x7e]*$/);
    assert.ok(line.length <= (line.startsWith('334 ') ? 12288 : 510), `${line.length} octets`);
    const isContinued = line[3] === '-';
    assert.ok(!isContinued || lines[i + 1]?.startsWith(line.slice(0, 3)), 'the lines of a reply have one code');
  }
}

const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const said = fc.oneof(
  { arbitrary: phrase, weight: 6 },
  { arbitrary: octets, weight: 1 },
  { arbitrary: octets.map((text) => `MAIL FROM:<${text}> ${text}\r\n`), weight: 1 },
  { arbitrary: octets.map((text) => `RCPT TO:<b@example.net> ${text}\r\n`), weight: 1 },
  { arbitrary: octets.map((text) => `AUTH PLAIN ${Buffer.from(text, 'latin1').toString('base64')}\r\n`), weight: 1 },
  { arbitrary: octets.map((text) => `${Buffer.from(text, 'latin1').toString('base64')}\r\n`), weight: 1 },
  { arbitrary: fc.constantFrom('BDAT 100\r\n', 'BDAT 1\r\n', 'STARTTLS\r\n', 'AUTH SCRAM-SHA-256\r\n'), weight: 1 },
);

test('whatever octets come, each reply is whole, and the connection ends when the client has said its last', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.boolean(),
      fc.array(fc.array(said, { maxLength: 6 }), { maxLength: 8 }),
      async (chosen, mayTalkEarly, packets) => {
        const listener = new MemoryListener({ ...chosen, smtpd_forbid_unauth_pipelining: !mayTalkEarly });
        const client = await listener.client();
        for (const phrases of packets) {
          if (client.closed) break;
          assertReplies(await client.send(phrases.join('')));
        }
        assertReplies(await client.end());
        assert.ok(client.closed);
        for (const { content } of listener.messages) assert.doesNotMatch(content, /\r(?!\n)|(?<!\r)\n/);
      },
    ),
    { numRuns: 1000 },
  );
});

const line = said.map((text): Input => ({
  kind: 'line',
  line: text.replace(/[\r\n]+$/, ''),
  bareLf: text.length % 5 === 0,
  rcptFollows: text.length % 3 === 0,
  moreFollows: text.length % 2 === 0,
  overRate: text.length % 11 === 0,
  room: text.length % 13 !== 0,
}));
const result = fc.constantFrom<Input[]>(
  { kind: 'connect' },
  { kind: 'lineTooLong' },
  { kind: 'tlsStarted' },
  { kind: 'scramBegun', beginning: 'unavailable' },
  { kind: 'loginChecked', result: 'refused' },
  { kind: 'loginChecked', result: 'unavailable' },
  { kind: 'loginChecked', result: { login: 'home@example.jp' } },
  { kind: 'judged', verdicts: undefined },
  { kind: 'judged', verdicts: [{ kind: 'permit', hold: false }] },
  { kind: 'chunkEnd' },
  { kind: 'messageEnd', hops: 0, tooBig: false, bareLf: false },
  { kind: 'messageEnd', hops: 99, tooBig: true, bareLf: true },
  { kind: 'stored', queueId: 'QUEUED' },
  { kind: 'notStored' },
  { kind: 'timeout' },
  { kind: 'shutdown' },
);

test('the engine takes any input at any time, also the result of what it has not asked for', () => {
  fc.assert(
    fc.property(
      settings,
      fc.boolean(),
      fc.array(fc.oneof({ arbitrary: line, weight: 2 }, result), { maxLength: 30 }),
      (chosen, tls, inputs) => {
        const session = new TestSession(chosen, tls);
        for (const input of inputs) assertReplies(session.input(input));
      },
    ),
    { numRuns: 3000 },
  );
});
