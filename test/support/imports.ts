// The project's own source as data: its files, and what each of them imports.
// Parsed by oxc, so a comment or a string that looks like an import is none. A type-only import counts as one, marked; a
// worker started from `new URL('./worker.ts', import.meta.url)` counts too, since it crosses a boundary just as well.

import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor, type Comment, type Program } from 'oxc-parser';

export type Source = {
  /** From the project's root, with slashes: `shared/domain/smtp/step.ts`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
};

export type Import = {
  /** As written: `#shared/ports/queue.ts`, `./step.ts`, `node:fs`, `pino`. */
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** What is imported by name; undefined for the whole module. */
  readonly names: readonly string[] | undefined;
  readonly line: number;
};

const FOLDERS = ['infra', 'functions', 'shared', 'test', '.ci'];

/** Every TypeScript file of the project. */
export function sourcesIn(root: string): Source[] {
  return globSync(
    FOLDERS.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  )
    .toSorted()
    .map((path) => parseSource(path, readFileSync(posix.join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  return { path, text, program, comments, imports: importsOf(program, text) };
}

/** The file that an import means, from the project's root; undefined for a package or one of Node's own modules. */
export function targetOf(from: Source, { specifier }: Import): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from.path), specifier);
  return undefined;
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function importsOf(program: Program, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: unknown, start: number, typeOnly = false, names?: string[]) => {
    if (typeof specifier === 'string') found.push({ specifier, typeOnly, names, line: lineAt(text, start) });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers.filter((specifier) => specifier.type === 'ImportSpecifier');
      const whole = node.specifiers.length === 0 || named.length < node.specifiers.length;
      const typeOnly = node.importKind === 'type' || (!whole && named.every(({ importKind }) => importKind === 'type'));
      const names = named.map(({ imported }) => (imported.type === 'Literal' ? imported.value : imported.name));
      add(node.source.value, node.start, typeOnly, whole ? undefined : names);
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.start, node.exportKind === 'type');
    },
    ExportNamedDeclaration(node) {
      add(node.source?.value, node.start, node.exportKind === 'type');
    },
    ImportExpression(node) {
      add(node.source.type === 'Literal' ? node.source.value : undefined, node.start);
    },
    TSImportType(node) {
      add(node.source.value, node.start, true);
    },
    NewExpression({ callee, arguments: [path, base], start }) {
      const isFileUrl = callee.type === 'Identifier' && callee.name === 'URL' && base?.type === 'MemberExpression';
      if (isFileUrl && path?.type === 'Literal' && String(path.value).endsWith('.ts')) add(path.value, start);
    },
  }).visit(program);
  return found;
}
