// Where a reply's words stand: in one row of shared/domain/smtp/reply.ts, once, and nowhere else in the engine and the listener.
// Each function says, one line a fault, where that is broken. What only looks alike, such as two words of a log event,
// passes.

import { type CallExpression, type Program, Visitor } from 'oxc-parser';
import { lineAt, type Source } from './imports.ts';

const REPLY_FILE = 'shared/domain/smtp/reply.ts';
const SPEAKERS = /^(?:shared\/domain\/(?:smtp|sasl|policy)|functions\/(?:listener|policy))\//;
const REPLY_NAME = /^r(\d{3})[A-Z]/;
/** A code where a line begins, or an enhanced code (RFC 3463) anywhere. */
const CODE = /^[2-5]\d\d[ -]|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/;
const TWO_WORDS = /[a-z]\S* \S*[a-z]/i;
const THREE_WORDS = /[a-z]\S* \S+ \S*[a-z]/i;

type Text = {
  /** What is always said, between the parts that are filled in. */
  readonly fixed: readonly string[];
  readonly start: number;
};

/** Reply words outside of reply.ts, whether whole, as a part, or filled into a row. */
export function wordsElsewhere(sources: readonly Source[]): string[] {
  const rows = sources
    .filter(({ path }) => path === REPLY_FILE)
    .flatMap(({ program }) => textsIn(program).flatMap(({ fixed }) => fixed))
    .map(bare)
    .filter((words) => TWO_WORDS.test(words));
  return sources
    .filter(({ path }) => SPEAKERS.test(path) && path !== REPLY_FILE)
    .flatMap((file) => {
      const at = (start: number): string => `${file.path}:${lineAt(file.text, start)}`;
      const texts = textsIn(file.program).flatMap(({ fixed, start }) => fixed.map((words) => ({ words, start })));
      return [
        ...texts.filter(({ words }) => CODE.test(words)).map(({ start }) => `${at(start)}: has a reply's code`),
        ...texts
          .filter(({ words }) => rows.some((row) => saysSame(row, bare(words))))
          .map(({ words, start }) => `${at(start)}: says a reply's words: ${words}`),
        ...madeByHand(file.program).map((start) => `${at(start)}: makes a reply`),
        ...filledIn(file.program).map((start) => `${at(start)}: fills words into a reply`),
      ];
    });
}

/** Words that stand twice in reply.ts. */
export function repeatedWords({ program, text, path }: Source): string[] {
  const first = new Map<string, number>();
  const repeated: string[] = [];
  for (const { fixed, start } of textsIn(program)) {
    const words = fixed.join('…');
    const line = lineAt(text, start);
    if (!/[a-z]/i.test(words)) continue;
    if (first.has(words)) repeated.push(`${path}:${line}: stands in line ${first.get(words)} already: ${words}`);
    else first.set(words, line);
  }
  return repeated;
}

/** Rows whose name has another number than their code, whose enhanced code is of another class, or that are out of order. */
export function misnumbered({ program, text, path }: Source): string[] {
  const problems: string[] = [];
  let last = '';
  for (const { name, code, enhanced, start } of rowsIn(program)) {
    const number = REPLY_NAME.exec(name)?.[1] ?? '';
    const at = `${path}:${lineAt(text, start)}: ${name}`;
    if (code !== undefined && code !== number) problems.push(`${at} has the code ${code}`);
    if (enhanced !== undefined && enhanced !== '' && enhanced[0] !== number[0]) problems.push(`${at} has ${enhanced}`);
    if (number < last) problems.push(`${at} stands behind ${last}`);
    last = number;
  }
  return problems;
}

type Row = { name: string; code: string | undefined; enhanced: string | undefined; start: number };

function rowsIn(program: Program): Row[] {
  const rows: Row[] = [];
  new Visitor({
    VariableDeclarator({ id, start }) {
      if (id.type !== 'Identifier' || !REPLY_NAME.test(id.name)) return;
      rows.push({ name: id.name, code: undefined, enhanced: undefined, start });
    },
    CallExpression({ callee, arguments: [code, enhanced] }) {
      const row = rows.at(-1);
      if (row === undefined || callee.type !== 'Identifier' || callee.name !== 'reply') return;
      row.code = code?.type === 'Literal' ? String(code.value) : undefined;
      row.enhanced = enhanced?.type === 'Literal' ? String(enhanced.value) : undefined;
    },
  }).visit(program);
  return rows;
}

/** The strings and templates of a file, but for the names of what it imports. */
function textsIn(program: Program): Text[] {
  const texts: Text[] = [];
  const imported = new Set(
    program.body.flatMap((node) => ('source' in node && node.source ? [node.source.start] : [])),
  );
  new Visitor({
    Literal({ value, start }) {
      if (typeof value === 'string' && !imported.has(start)) texts.push({ fixed: [value], start });
    },
    TemplateLiteral({ quasis, start }) {
      texts.push({ fixed: quasis.map(({ value }) => value.cooked ?? ''), start });
    },
  }).visit(program);
  return texts;
}

function madeByHand(program: Program): number[] {
  const found: number[] = [];
  new Visitor({
    ObjectExpression({ properties, start }) {
      const names = properties.map((each) =>
        each.type === 'Property' && each.key.type === 'Identifier' ? each.key.name : '',
      );
      if (names.includes('wire')) found.push(start);
    },
  }).visit(program);
  return found;
}

/** Calls such as `r535LoginFailed('why')`: then the words stand at the caller's. */
function filledIn(program: Program): number[] {
  const found: number[] = [];
  const isText = ({ type }: CallExpression['arguments'][number]): boolean =>
    type === 'Literal' || type === 'TemplateLiteral' || type === 'ConditionalExpression';
  new Visitor({
    CallExpression({ callee, arguments: given, start }) {
      const name = callee.type === 'MemberExpression' ? callee.property : callee;
      if (name.type === 'Identifier' && REPLY_NAME.test(name.name) && given.some(isText)) found.push(start);
    },
  }).visit(program);
  return found;
}

/** A whole row is said, or three words of it at least. */
function saysSame(row: string, words: string): boolean {
  return words.includes(row) || (THREE_WORDS.test(words) && row.includes(words));
}

/** Without what stands around the words. */
function bare(words: string): string {
  return words.toLowerCase().replace(/^[^a-z]+|[^a-z]+$/g, '');
}
