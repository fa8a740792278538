import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseSource, type Source, sourcesIn } from '../support/imports.ts';
import { rfcPageProblems } from '../support/rfc-page.ts';

const ROOT = join(import.meta.dirname, '../..');

const PATH = 'shared/domain/smtp/a.ts';
const file = (text: string, path = PATH): Source => parseSource(path, text);
const row = (cells: string): string => `| RFC | what | status | file |\n| --- | --- | --- | --- |\n| ${cells} |\n`;

test('docs/rfc.md has every RFC that a comment names, and names files whose comments name the RFC', () => {
  const page = readFileSync(join(ROOT, 'docs/rfc.md'), 'utf8');
  assert.match(page, /^\| 5321 +\|/m);
  assert.deepEqual(rfcPageProblems(page, sourcesIn(ROOT)), []);
});

test('an RFC without a row is found in comments of every kind', () => {
  for (const comment of ['// RFC 9999', '// (RFC9999 §2, RFC 1234)', '/** RFC\n * 1\n * (RFC-9999). */']) {
    assert.deepEqual(
      rfcPageProblems(row(`1234 | a | no: b | —`), [file(comment)]),
      [`${PATH} names RFC 9999, which has no row`],
      comment,
    );
  }
});

test('a string, a test and a longer number name no RFC', () => {
  for (const source of [
    file("export const a = 'RFC 9999';"),
    file('// RFC 9999', 'test/domain/a.test.ts'),
    file('// RFC 999999, ERFC 9999'),
  ]) {
    assert.deepEqual(rfcPageProblems(row('1234 | a | no: b | —'), [source]), []);
  }
});

test('a row whose file says nothing of the RFC, or is none, is found', () => {
  const silent = file("// RFC 12345\nexport const a = 'RFC 1234';");
  const rows = row(`1234 | a | done | \`${PATH}\`, \`shared/gone.ts\` |\n| 12345 | a | done | \`${PATH}\``);
  assert.deepEqual(rfcPageProblems(rows, [silent]), [
    `RFC 1234: ${PATH} does not name it`,
    'RFC 1234: shared/gone.ts is no file of a program',
  ]);
});

const REFUSED: readonly [string, RegExp][] = [
  ['1234 | a | done | —', /^RFC 1234 has no file$/],
  ['1234 | a | partly: b | —', /^RFC 1234 has no file$/],
  [`1234 | a | partly | \`${PATH}\``, /^RFC 1234 is neither done, nor/],
  ['1234 | a | no: | —', /^RFC 1234 is neither done, nor/],
  [`1234 | a | planned | \`${PATH}\``, /^RFC 1234 is neither done, nor/],
  ['1234 | a | no: b | — |\n| 1234 | a | no: b | —', /^RFC 1234 is not in order$/],
  ['1234 | a | no: b | — |\n| 1000 | a | no: b | —', /^RFC 1000 is not in order$/],
];

test('a row without a file, with a vague status, twice or out of order is found', () => {
  for (const [cells, problem] of REFUSED) {
    const problems = rfcPageProblems(row(cells), [file('// RFC 1234')]);
    assert.equal(problems.length, 1, cells);
    assert.match(problems.join(), problem);
  }
});

test('a specification that is no RFC has a row like one', () => {
  const others = `| name | what | status | file |\n| --- | --- | --- | --- |\n| XYZ protocol | a | done | \`${PATH}\` |\n`;
  const page = `${row('1234 | a | no: b | —')}\n${others}`;
  assert.deepEqual(rfcPageProblems(page, [file('// The XYZ protocol.')]), []);
  assert.deepEqual(rfcPageProblems(page, [file('// The XYZ.')]), [`XYZ protocol: ${PATH} does not name it`]);
});
