// The rules of the house that a machine can hold, apart from the linter's: each takes the whole source and says, one line a
// fault, where it is broken. test/architecture.test.ts runs them on the project, and on a canary that each must find.

import { Visitor } from 'oxc-parser';
import { boundaryProblems } from './boundaries.ts';
import { lineAt, targetOf, type Source } from './imports.ts';

export type Rule = (sources: readonly Source[]) => string[];

const LINES = 400;

/** What of node:crypto the domain may use: what gives the same answer every time. */
const PURE_CRYPTO = ['createHash', 'createHmac', 'hash', 'hkdfSync', 'pbkdf2', 'pbkdf2Sync', 'timingSafeEqual'];
const IMPURE_GLOBALS = new Set(['process', 'performance', 'console', 'globalThis', 'crypto']);
const IMPURE_CALLS = new Set(['Date', 'fetch', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout']);
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random']);

export const boundaries: Rule = (sources) => sources.flatMap(boundaryProblems);

/** A cycle of types counts: files that explain each other are one file, or three. */
export const noCycles: Rule = (sources) => {
  const targets = new Map(
    sources.map((file) => [
      file.path,
      file.imports.map((each) => targetOf(file, each)).filter((path) => path !== undefined),
    ]),
  );
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || finished.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return cycles;
};

/** A barrel is a file that only passes on what other files export. */
export const noBarrels: Rule = (sources) =>
  sources
    .filter(({ program: { body } }) => {
      const exported = body.filter((node) => node.type !== 'ImportDeclaration');
      const passedOn = exported.filter(
        (node) => node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && !node.declaration),
      );
      return exported.length > 0 && passedOn.length === exported.length;
    })
    .map(({ path }) => `${path}: only re-exports`);

/** node:test loads a reporter by its default export. */
const DEFAULT_EXPORTS = ['test/support/reporter.ts'];

export const namedExports: Rule = (sources) =>
  sources
    .filter(({ path }) => !DEFAULT_EXPORTS.includes(path))
    .filter(({ program: { body } }) => body.some((node) => node.type === 'ExportDefaultDeclaration'))
    .map(({ path }) => `${path}: has a default export`);

/** The domain has no I/O, no clock, no randomness and no process: time and random bytes come in as arguments. */
export const pureDomain: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith('shared/domain/'))
    .flatMap((file) => [...impureImports(file), ...impureCode(file)]);

export const smallFiles: Rule = (sources) =>
  sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines, more than ${LINES}`);

/** A file opens by saying what it owns; a test says it by its tests' names. */
export const headComments: Rule = (sources) =>
  sources
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .filter(({ program, comments }) => (comments[0]?.start ?? Infinity) > (program.body[0]?.start ?? 0))
    .map(({ path }) => `${path}: no head comment`);

function impureImports(file: Source): string[] {
  return file.imports.flatMap((each) => {
    if (each.typeOnly || targetOf(file, each) !== undefined || each.specifier === 'node:buffer') return [];
    const isCrypto = each.specifier === 'node:crypto' && each.names !== undefined;
    const impure = isCrypto ? each.names.filter((name) => !PURE_CRYPTO.includes(name)) : [each.specifier];
    return impure.map((what) => `${file.path}:${each.line}: the domain may not import ${what}`);
  });
}

function impureCode({ path, text, program }: Source): string[] {
  const found: string[] = [];
  const add = (what: string, offset: number) =>
    found.push(`${path}:${lineAt(text, offset)}: the domain may not use ${what}`);
  new Visitor({
    MemberExpression({ object, property, start }) {
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return;
      const member = `${object.name}.${property.name}`;
      if (IMPURE_GLOBALS.has(object.name) || IMPURE_MEMBERS.has(member)) add(member, start);
    },
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier' && IMPURE_CALLS.has(callee.name)) add(`${callee.name}()`, start);
    },
    NewExpression({ callee, arguments: given, start }) {
      if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0) add('new Date()', start);
    },
  }).visit(program);
  return found;
}
