import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as replies from '#shared/domain/smtp/reply.ts';
import { parseSource, type Source, sourcesIn } from '../../support/imports.ts';
import { misnumbered, repeatedWords, wordsElsewhere } from '../../support/reply-words.ts';

const PATH = 'shared/domain/smtp/reply.ts';
const project = sourcesIn(join(import.meta.dirname, '../../..'));
const table = project.filter(({ path }) => path === PATH);

/** reply.ts with the rows given, and a file that speaks. */
const rows = (text: string): Source => parseSource(PATH, text);
const speaker = (text: string, path = 'shared/domain/smtp/verbs/noop.ts'): Source => parseSource(path, text);
const ROWS = rows("export const r452TooMany = reply(452, '4.5.3', 'Error: too many recipients');");

test('no file of the engine and the listener says the words of a reply but reply.ts', () => {
  assert.ok(project.some(({ path }) => path === 'shared/domain/smtp/verbs/auth.ts'));
  assert.ok(project.some(({ path }) => path === 'functions/listener/connection.ts'));
  assert.deepEqual(wordsElsewhere(project), []);
});

const ELSEWHERE: readonly [string, RegExp][] = [
  ["socket.end('421 4.3.2 busy');", /has a reply's code/],
  ["socket.end('250-SIZE');", /has a reply's code/],
  ['const text = `${code} 5.7.1 no`;', /has a reply's code/],
  ["const text = 'Error: too many recipients';", /says a reply's words/],
  ["const text = 'Too many recipients!';", /says a reply's words/],
  ["const text = 'too many recipients';", /says a reply's words/],
  ['const text = `${host} Error: too many recipients from ${address}`;', /says a reply's words/],
  ["const reply = { code, enhanced: '', wire: text };", /makes a reply/],
  ["const reply = r535LoginFailed('why');", /fills words into a reply/],
  ["const reply = replies.r503AfterBdat(isData ? 'DATA' : 'MAIL');", /fills words into a reply/],
];

test('words of a reply that stand elsewhere are found, whether whole, in part or filled in', () => {
  for (const [text, reason] of ELSEWHERE) {
    for (const path of [
      'shared/domain/sasl/plain.ts',
      'shared/domain/policy/chain.ts',
      'functions/listener/server.ts',
    ]) {
      const problems = wordsElsewhere([ROWS, speaker(text, path)]);
      assert.equal(problems.length, 1, `${problems.length} problems in ${text}`);
      assert.match(problems.join(), reason);
    }
  }
});

test('what is no reply is let through: names, log events, comments, what a client filled in, other programs', () => {
  const harmless = [
    "import { a } from './too many recipients.ts';",
    "log.warn({ event: 'login', recipients }, 'recipients were refused');",
    '// 452 4.5.3 Error: too many recipients',
    'const reply = r554RelayDenied(recipient);',
    "const address = '127.0.0.1';",
    "const words = 'too many';",
    "const bits = '256';",
    "const oid = '1.3.6.1.5.5.7.1.1';",
  ];
  for (const text of harmless) assert.deepEqual(wordsElsewhere([ROWS, speaker(text)]), [], text);
  assert.deepEqual(wordsElsewhere([ROWS, speaker("const text = '250 Ok';", 'functions/deliver/smtp-session.ts')]), []);
});

test('no words stand twice in reply.ts', () => {
  assert.deepEqual(table.flatMap(repeatedWords), []);
});

test('words that stand twice are found, also where something else is filled in', () => {
  const again = rows("const r250Ok = reply(250, '2.0.0', 'Ok');\nconst r250SenderOk = reply(250, '2.1.0', 'Ok');");
  assert.deepEqual(repeatedWords(again), [`${PATH}:2: stands in line 1 already: Ok`]);
  const filled = rows('const a = (x) => reply(1, "", `${x} is late`);\nconst b = (y) => reply(2, "", `${y} is late`);');
  assert.deepEqual(repeatedWords(filled), [`${PATH}:2: stands in line 1 already: … is late`]);
  assert.deepEqual(repeatedWords(rows("const a = reply(1, '', 'Ok');\nconst b = reply(2, '', 'Ok: more');")), []);
});

test('a row is named by its code, its enhanced code is of the same class, and the rows stand in order', () => {
  assert.equal(table.length, 1);
  assert.deepEqual(table.flatMap(misnumbered), []);
});

test('a row with a wrong number, or in a wrong place, is found', () => {
  assert.deepEqual(misnumbered(rows("const r452A = reply(451, '4.5.3', 'a');")), [`${PATH}:1: r452A has the code 451`]);
  assert.deepEqual(misnumbered(rows("const r452A = closing(reply(452, '5.5.3', 'a'));")), [
    `${PATH}:1: r452A has 5.5.3`,
  ]);
  assert.deepEqual(misnumbered(rows("const r452A = reply(452, '', 'a');\nconst r451B = (x) => reply(451, '', x);")), [
    `${PATH}:2: r451B stands behind 452`,
  ]);
});

test('no two replies are the same on the wire', () => {
  const wires = Object.values(replies).flatMap((row) => (typeof row === 'object' ? [row.wire] : []));
  assert.ok(wires.length > 50, `${wires.length} rows`);
  assert.deepEqual(new Set(wires).size, wires.length);
});
