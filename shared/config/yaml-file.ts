// A YAML file that people write, as plain values with the line of each: maps, lists and texts, nothing else.
// The failsafe schema keeps every scalar the text that was typed (a password 0123 stays 0123, `yes` stays yes); what it
// means is for the reader of the file to say. Syntax errors become problems in words that say what to write (YAML 1.2.2).

import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Problem } from './problems.ts';

export type YamlFile = {
  /** Maps are objects, lists arrays, scalars strings; null where nothing is written. */
  readonly value: unknown;
  /** Of the key or item at this path, or of the nearest thing around it that is there. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
};

/** Undefined if the text cannot be read as YAML. Either way what is wrong with it is added to `problems`. */
export function readYaml(text: string, problems: Problem[]): YamlFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const broken = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY').length > 0;
  const strange = broken ? [] : outsideOurSubset(document);
  problems.push(
    ...document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: inOurWords(error, text) })),
    ...strange.map(({ offset, message }) => ({ line: lineAt(offset), message })),
  );
  if (broken || strange.length > 0) return undefined;
  return {
    value: document.toJS(),
    lineOf(path) {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : lineAt(offset);
    },
  };
}

/** Where the innermost key or item of `path` that is there begins. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

type Strange = { readonly offset: number; readonly message: string };

function outsideOurSubset(document: Document.Parsed): Strange[] {
  const found: Strange[] = [];
  visit(document, {
    Alias(_, { range, source }) {
      const message = `*${source} refers to another place of the file: write the value itself, in quotes if it begins with *`;
      found.push({ offset: range?.[0] ?? 0, message });
    },
    Pair(_, { key }) {
      if (!isScalar(key)) found.push({ offset: startOf(key) ?? 0, message: 'a key must be one word' });
    },
  });
  return found;
}

function inOurWords({ code, message, pos }: YAMLError, text: string): string {
  const there = text.slice(pos[0]).split('\n', 1)[0] ?? '';
  switch (code) {
    case 'DUPLICATE_KEY':
      return `${there.replace(/["']?\s*:.*/, '').replace(/^["']/, '')} is set a second time: keep one`;
    case 'UNEXPECTED_TOKEN':
      if (text.charAt(pos[0] - 1) === ']') return 'put quotes around a value that begins with [ and goes on behind ]';
      break;
    case 'BAD_SCALAR_START':
    case 'BAD_ALIAS':
      return `put quotes around a value that begins with ${there.charAt(0)}`;
    case 'TAB_AS_INDENT':
      return 'indent with spaces, not tabs';
    default:
  }
  return `not YAML: ${message}`;
}
