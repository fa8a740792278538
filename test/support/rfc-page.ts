// docs/rfc.md as data, and where it does not agree with the comments of the programs. It looks at comments alone, since a rule is
// applied where one names its RFC.

import type { Source } from './imports.ts';

/** `name`: `RFC 5321`, or that of another specification. */
type Row = { readonly name: string; readonly status: string; readonly files: readonly string[] };

const STATUS = /^(?:done|(?:partly|no): \S.*)$/;
const HEAD = /^(?:RFC|name|-+)$/;
/** Tests may name an RFC for its examples. */
const PROGRAMS = /^(?:infra|functions|shared)\//;

/** One line a fault. `sources` is the whole project. */
export function rfcPageProblems(page: string, sources: readonly Source[]): string[] {
  const rows = rowsOf(page);
  const comments = new Map(sources.filter(({ path }) => PROGRAMS.test(path)).map((file) => [file.path, textOf(file)]));
  const known = new Set(rows.map(({ name }) => name));
  return [
    ...[...comments].flatMap(([path, text]) =>
      [...new Set(text.match(/\bRFC \d{3,5}\b/g))]
        .filter((rfc) => !known.has(rfc))
        .map((rfc) => `${path} names ${rfc}, which has no row`),
    ),
    ...rows.flatMap(({ name, status, files }, index) => [
      ...(isBehind(name, rows[index - 1]?.name) ? [] : [`${name} is not in order`]),
      ...(STATUS.test(status) ? [] : [`${name} is neither done, nor partly or no with a reason`]),
      ...(files.length > 0 || status.startsWith('no') ? [] : [`${name} has no file`]),
      ...files.flatMap((path) => {
        const text = comments.get(path);
        if (text === undefined) return [`${name}: ${path} is no file of a program`];
        return new RegExp(`\\b${name}\\b`).test(text) ? [] : [`${name}: ${path} does not name it`];
      }),
    ]),
  ];
}

function isBehind(name: string, former = ''): boolean {
  const isAnotherTable = former.startsWith('RFC ') && !name.startsWith('RFC ');
  return isAnotherTable || name.localeCompare(former, 'en', { numeric: true }) > 0;
}

/** The rows of its tables; an RFC stands there as its number alone. */
function rowsOf(page: string): Row[] {
  return page.split('\n').flatMap((line) => {
    const [, first = '', , status = '', files = ''] = line.split('|').map((cell) => cell.trim());
    if (first === '' || HEAD.test(first)) return [];
    const name = /^\d+$/.test(first) ? `RFC ${first}` : first;
    return [{ name, status, files: [...files.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path) }];
  });
}

/** A file's comments, an RFC always written the same way. */
function textOf({ comments }: Source): string {
  const text = comments.map(({ value }) => value).join('\n');
  return text.replace(/\bRFC-?(?=\d)/g, 'RFC ');
}
