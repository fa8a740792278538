// docs/rfc.md as data, and where it does not agree with the comments of the programs. It looks at comments alone, since a rule is
// applied where one names its RFC.

import type { Source } from './imports.ts';

type Row = { readonly rfc: string; readonly status: string; readonly files: readonly string[] };

const STATUS = /^(?:done|(?:partly|no): \S.*)$/;
/** Tests may name an RFC for its examples. */
const PROGRAMS = /^(?:infra|functions|shared)\//;

/** One line a fault. `sources` is the whole project. */
export function rfcPageProblems(page: string, sources: readonly Source[]): string[] {
  const rows = rowsOf(page);
  const named = new Map(sources.filter(({ path }) => PROGRAMS.test(path)).map((file) => [file.path, rfcsIn(file)]));
  const known = new Set(rows.map(({ rfc }) => rfc));
  return [
    ...[...named].flatMap(([path, rfcs]) =>
      [...rfcs].filter((rfc) => !known.has(rfc)).map((rfc) => `${path} names RFC ${rfc}, which has no row`),
    ),
    ...rows.flatMap(({ rfc, status, files }, index) => [
      ...(Number(rfc) > Number(rows[index - 1]?.rfc ?? 0) ? [] : [`RFC ${rfc} is not in order`]),
      ...(STATUS.test(status) ? [] : [`RFC ${rfc} is neither done, nor partly or no with a reason`]),
      ...(files.length > 0 || status.startsWith('no') ? [] : [`RFC ${rfc} has no file`]),
      ...files
        .filter((path) => !named.get(path)?.has(rfc))
        .map((path) => `RFC ${rfc}: ${path} ${named.has(path) ? 'does not name it' : 'is no file of a program'}`),
    ]),
  ];
}

/** The rows of its one table, whose first column is a number. */
function rowsOf(page: string): Row[] {
  return page.split('\n').flatMap((line) => {
    const [, rfc = '', , status = '', files = ''] = line.split('|').map((cell) => cell.trim());
    if (!/^\d+$/.test(rfc)) return [];
    return [{ rfc, status, files: [...files.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path) }];
  });
}

function rfcsIn({ comments }: Source): Set<string> {
  const text = comments.map(({ value }) => value).join('\n');
  return new Set([...text.matchAll(/\bRFC[ -]?(\d{3,5})\b/g)].map(([, rfc = '']) => rfc));
}
