// The import table, the domain's purity and the shape of files, held against the whole source.
// Every rule is also run on canaries: code that it must refuse, and code near it that it must let through.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import * as rules from './support/house-rules.ts';
import { parseSource, sourcesIn } from './support/imports.ts';

const IMPORT_TABLE = `
  from \\ may import                 | domain | ports | config | embedded | aws     | program | @aws-sdk | aws-cdk-lib
  shared/domain/a.ts                | yes    | –     | –      | –        | –       | –       | –        | –
  shared/ports/a.ts                 | types  | yes   | –      | –        | –       | –       | –        | –
  shared/config/a.ts                | yes    | –     | yes    | –        | –       | –       | –        | –
  shared/embedded/a.ts              | yes    | yes   | yes    | yes      | –       | –       | –        | –
  shared/aws/a.ts                   | yes    | yes   | yes    | –        | yes     | –       | yes      | –
  functions/deliver/deliver.ts      | yes    | yes   | yes    | –        | –       | –       | –        | –
  functions/relayctl/commands/a.ts  | yes    | yes   | yes    | –        | –       | –       | –        | –
  functions/policy/handler.ts       | yes    | yes   | yes    | connect  | connect | –       | –        | –
  functions/relayctl/main.ts        | yes    | yes   | yes    | connect  | connect | –       | –        | –
  infra/constructs/a.ts             | –      | –     | yes    | –        | –       | –       | –        | yes
  infra/local/a.ts                  | yes    | yes   | yes    | yes      | yes     | yes     | –        | –
  test/interop/a.test.ts            | yes    | yes   | yes    | yes      | yes     | yes     | yes      | yes
`;

/** Source text by path. */
type Files = Readonly<Record<string, string>>;
type RuleName = keyof typeof rules;

const linesOf = (count: number) => '//\n'.repeat(count);
const domain = (code: string): Files => ({ 'shared/domain/smtp/a.ts': code });
const ports = (code: string): Files => ({ 'shared/ports/a.ts': code });
const policy = (code: string): Files => ({ 'functions/policy/main.ts': code });

const refused: Record<RuleName, readonly [Files, RegExp][]> = {
  boundaries: [
    [domain("import { a } from '../../ports/queue.ts';"), /crossed by # alone/],
    [domain("import { a } from '#shared/domain/smtp/b.ts';"), /inside a unit an import is relative/],
    [policy("import { a } from '../listener/server.ts';"), /crossed by # alone/],
    [policy("import { a } from '#test/support/a.ts';"), /may not import test/],
    [{ 'infra/relay-stack.ts': "import { a } from './local/wiring.ts';" }, /crossed by # alone/],
    [{ 'test/domain/a.test.ts': "import { a } from '../../shared/domain/a.ts';" }, /crossed by # alone/],
    [ports("export { a } from '#shared/embedded/a.ts';"), /may not import embedded/],
    [ports("export * from '#shared/embedded/a.ts';"), /may not import embedded/],
    [ports("export const a = await import('#shared/embedded/a.ts');"), /may not import embedded/],
    [ports("export type A = import('#shared/embedded/a.ts').A;"), /may not import embedded/],
    [ports("import '#shared/embedded/a.ts';"), /may not import embedded/],
    [ports("new Worker(new URL('../embedded/a.ts', import.meta.url));"), /crossed by # alone/],
    [{ 'shared/util/a.ts': '' }, /no such folder/],
    [policy("import { a } from '#shared/util/a.ts';"), /no such folder/],
  ],
  noCycles: [
    [{ 'test/a.ts': "import './b.ts';", 'test/b.ts': "import type { A } from './a.ts';" }, /^test\/a.* → .*b.* → .*a/],
    [policy("import { a } from '#functions/policy/main.ts';"), /main\.ts → functions\/policy\/main\.ts/],
  ],
  noBarrels: [
    [ports("export * from './queue.ts';"), /only re-exports/],
    [ports("import { a } from './a.ts';\nexport { a };"), /only re-exports/],
  ],
  namedExports: [[ports('export default 1;'), /default export/]],
  pureDomain: [
    [domain('export const a = () => Date.now();'), /Date\.now/],
    [domain('export const a = () => new Date();'), /new Date\(\)/],
    [domain('export const a = () => Math.random();'), /Math\.random/],
    [domain('export const a = process.env;'), /process\.env/],
    [domain('export const a = performance.now();'), /performance\.now/],
    [domain('setTimeout(() => {}, 1);'), /setTimeout\(\)/],
    [domain("import { readFileSync } from 'node:fs';"), /import node:fs/],
    [domain("import { createHash, randomBytes } from 'node:crypto';"), /import randomBytes/],
    [domain("import * as crypto from 'node:crypto';"), /import node:crypto/],
    [domain("import { pino } from 'pino';"), /import pino/],
  ],
  smallFiles: [[{ 'test/a.test.ts': linesOf(401) }, /401 lines/]],
  headComments: [[domain('export const a = 1;\n// Too late.'), /no head comment/]],
};

const allowed: Record<RuleName, readonly Files[]> = {
  boundaries: [
    ports("import { type Entry } from '#shared/domain/queue/entry.ts';"),
    domain("// import { a } from '#shared/aws/a.ts';\nexport const a = `import('#shared/aws/a.ts')`;"),
  ],
  noCycles: [{ 'test/a.ts': "import './b.ts';\nimport './c.ts';", 'test/b.ts': "import './c.ts';", 'test/c.ts': '' }],
  noBarrels: [ports("export { b } from './b.ts';\nexport const a = 1;"), { 'test/a.test.ts': "import './b.ts';" }],
  namedExports: [ports('const a = 1;\nexport { a };')],
  pureDomain: [
    domain("import { createHash } from 'node:crypto';\nexport const a = new Date(0).toISOString();"),
    policy('export const a = Date.now();'),
  ],
  smallFiles: [{ 'test/a.test.ts': linesOf(400) }],
  headComments: [domain('#!/usr/bin/env node\n// Owns a.\nexport const a = 1;'), { 'test/a.test.ts': 'f();' }],
};

const project = sourcesIn(join(import.meta.dirname, '..'));

const parse = (files: Files) => Object.entries(files).map(([path, text]) => parseSource(path, text));

for (const [name, rule] of Object.entries(rules) as [RuleName, rules.Rule][]) {
  suite(name, () => {
    test('holds for the project', () => {
      assert.deepEqual(rule(project), []);
    });

    test('refuses each of its canaries', () => {
      for (const [files, reason] of refused[name]) {
        const problems = rule(parse(files));
        assert.equal(problems.length, 1, `${problems.length} problems in ${inspect(files)}`);
        assert.match(problems.join(), reason);
      }
    });

    test('allows what only looks like one', () => {
      for (const files of allowed[name]) assert.deepEqual(rule(parse(files)), [], inspect(files));
    });
  });
}

test('the import table is held cell by cell', () => {
  const rows = IMPORT_TABLE.trim().split('\n');
  const [head = [], ...cells] = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  for (const [path = '', ...row] of cells) {
    for (const [index, cell] of row.entries()) {
      const column = head[index + 1] ?? '';
      const passes = (imported: string) => {
        const code = `import ${imported} from '${specifierFor(column, path)}';`;
        return rules.boundaries(parse({ [path]: code })).length === 0;
      };
      assert.equal(passes('type { A }'), cell !== '–', `types: ${path} → ${column}`);
      assert.equal(passes('{ a }'), cell !== '–' && cell !== 'types', `values: ${path} → ${column}`);
    }
  }
});

function specifierFor(column: string, path: string): string {
  if (path.startsWith(`shared/${column}/`)) return './b.ts';
  if (column === 'program') return '#functions/qmgr/qmgr.ts';
  return column.includes('aws-') ? `${column}/b` : `#shared/${column}/b.ts`;
}
