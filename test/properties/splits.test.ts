import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Settings } from '#shared/config/settings.ts';
import { play, type Script, type Split } from './play.ts';

const CORPUS = join(import.meta.dirname, 'corpus');

/** Turns one a line, with JSON's escapes; `@set` and the settings, as JSON; `#` and a comment. */
function read(file: string): Script {
  const lines = readFileSync(join(CORPUS, file), 'utf8').split('\n');
  const settings = lines.filter((line) => line.startsWith('@set ')).map((line) => JSON.parse(line.slice(5)) as object);
  const turns = lines.filter((line) => !/^(?:[#@]|$)/.test(line)).map((line) => JSON.parse(`"${line}"`) as string);
  return { settings: Object.assign({}, ...settings) as Partial<Settings>, turns };
}

suite('the corpus: wherever a turn is cut, the replies and the spool are the same', () => {
  for (const file of readdirSync(CORPUS)) {
    test(file, async () => {
      const script = read(file);
      const expected = await play(script);
      assert.ok(
        expected.said.every((said) => said !== ''),
        'every turn has an answer',
      );
      const octets =
        (resting: boolean): Split =>
        (turn) => ({ packets: turn.split(''), resting });
      for (const resting of [false, true]) assert.deepEqual(await play(script, octets(resting)), expected);
      for (const [nth, turn] of script.turns.entries()) {
        for (let at = 1; at < turn.length; at++) {
          for (const resting of [false, true]) {
            const split: Split = (text, i) => ({
              packets: i === nth ? [text.slice(0, at), text.slice(at)] : [text],
              resting,
            });
            assert.deepEqual(await play(script, split), expected, JSON.stringify([turn.slice(0, at), turn.slice(at)]));
          }
        }
      }
    });
  }
});

const line = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...parts).map((text) => `${text}\r\n`);
const plain = (password: string): string => Buffer.from(`\0home@example.jp\0${password}`).toString('base64');
const phrase = fc.oneof(
  {
    arbitrary: line('EHLO home', 'HELO home', 'RSET', 'NOOP', 'VRFY x', 'ETRN x', 'QUIT', '', 'GET / HTTP/1.1'),
    weight: 2,
  },
  {
    arbitrary: line(
      'MAIL FROM:<a@example.jp>',
      'MAIL FROM:<> BODY=8BITMIME',
      'MAIL FROM:<a',
      'mail from:<a@b.example> SIZE=99999999999',
    ),
    weight: 3,
  },
  {
    arbitrary: line(
      'RCPT TO:<b@example.net>',
      'rcpt to:<c@refused.example>',
      'RCPT TO:<>',
      ' RCPT TO:<"d e"@example.net> NOTIFY=NEVER',
      'RCPT',
    ),
    weight: 6,
  },
  {
    arbitrary: line(
      'AUTH LOGIN',
      'AUTH PLAIN',
      `AUTH PLAIN ${plain('secret')}`,
      `AUTH PLAIN ${plain('wrong')}`,
      'AUTH CRAM-MD5',
      'AUTH SCRAM-SHA-256 biwsbj1ob21lLHI9YQ==',
      '*',
      'aG9tZQ==',
      'c2VjcmV0',
      '',
    ),
    weight: 3,
  },
  { arbitrary: line('DATA', 'DATA', 'BDAT 0 LAST', 'BDAT 4', 'BDAT 4 LAST', 'bdat 7 last'), weight: 3 },
  { arbitrary: line('.', '..', 'text', 'Received: x', '\r', 'a\rb', '\0', 'x'.repeat(2100)), weight: 4 },
  { arbitrary: fc.constantFrom('NOOP\n', 'RCPT TO:<b@example.net>\n', 'text\n', '.\n', '\n.\r\n'), weight: 2 },
  { arbitrary: fc.constant('EHLO home\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\n'), weight: 3 },
);

const settings: fc.Arbitrary<Partial<Settings>> = fc.record({
  smtpd_forbid_bare_newline: fc.constantFrom('normalize', 'reject'),
  smtpd_helo_required: fc.boolean(),
  smtpd_recipient_limit: fc.constantFrom(1, 2, 1000),
  smtpd_hard_error_limit: fc.constantFrom(1, 3, 1000),
  message_size_limit: fc.constantFrom(5, 1000),
  hopcount_limit: fc.constantFrom(1, 50),
  smtpd_delay_reject: fc.boolean(),
  strict_rfc821_envelopes: fc.boolean(),
});

test('however the octets of any session arrive, the replies and the spool are the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(phrase, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(3000), { maxLength: 8 }),
      fc.boolean(),
      async (chosen, phrases, cuts, resting) => {
        // Who may not talk out of turn is told so where more has been read already, and that depends on how it arrives.
        const script = { settings: { ...chosen, smtpd_forbid_unauth_pipelining: false }, turns: [phrases.join('')] };
        const split: Split = (turn) => {
          const places = [0, ...cuts.map((cut) => cut % (turn.length + 1)), turn.length].toSorted((a, b) => a - b);
          return { packets: places.slice(1).map((end, i) => turn.slice(places[i], end)), resting };
        };
        assert.deepEqual(await play(script, split), await play(script));
      },
    ),
    { numRuns: 1000 },
  );
});
