import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Settings } from '#shared/config/settings.ts';
import { phrase, settings } from './phrases.ts';
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
