// Who may import whom. The sentence to remember: infra → functions → shared, and nothing points back.
// Inside a unit (a row of the table; each program is one) an import is relative and stays inside; a boundary is crossed by
// `#` alone, and only where the table says so. test/ and .ci/ may import anything.

import { targetOf, type Import, type Source } from './imports.ts';

/** `types`: nothing at run time. `connect`: to hand a provider to a use case, which itself knows the port alone. */
type Cell = 'yes' | 'types' | 'connect';

const TABLE: Record<string, Partial<Record<string, Cell>>> = {
  'shared/domain': { domain: 'yes' },
  'shared/ports': { domain: 'types', ports: 'yes' },
  'shared/config': { domain: 'yes', config: 'yes' },
  'shared/embedded': { domain: 'yes', ports: 'yes', config: 'yes', embedded: 'yes' },
  'shared/aws': { domain: 'yes', ports: 'yes', config: 'yes', aws: 'yes', '@aws-sdk': 'yes' },
  'functions/X': { domain: 'yes', ports: 'yes', config: 'yes' },
  'functions/X/main.ts': { domain: 'yes', ports: 'yes', config: 'yes', embedded: 'connect', aws: 'connect' },
  infra: { config: 'yes', 'aws-cdk-lib': 'yes' },
  'infra/local': { domain: 'yes', ports: 'yes', config: 'yes', embedded: 'yes', aws: 'yes', 'another program': 'yes' },
};

/** One line for each import of the file that crosses a boundary where it may not, or not as it should. */
export function boundaryProblems(file: Source): string[] {
  const unit = unitOf(file.path);
  if (unit === undefined) return [`${file.path}: the house has no such folder`];
  return file.imports.flatMap((each) => {
    const problem = importProblem(file, unit, each);
    return problem === undefined ? [] : [`${file.path}:${each.line}: ${each.specifier}: ${problem}`];
  });
}

function importProblem(file: Source, unit: string, each: Import): string | undefined {
  const target = targetOf(file, each);
  const other = target === undefined ? undefined : unitOf(target);
  if (target !== undefined && other === undefined) return 'the house has no such folder';
  if (other === unit) return each.specifier.startsWith('#') ? 'inside a unit an import is relative' : undefined;
  if (each.specifier.startsWith('.')) return 'a boundary is crossed by # alone';

  const column = other === undefined ? packageColumn(each.specifier) : unitColumn(other);
  if (column === undefined || unit === 'test' || unit === '.ci') return undefined;
  const cell = TABLE[rowOf(file.path, unit)]?.[column];
  if (cell === undefined) return `${unit} may not import ${column}`;
  return cell === 'types' && !each.typeOnly ? `${unit} may import only types from ${column}` : undefined;
}

function unitOf(path: string): string | undefined {
  return /^(shared\/(domain|ports|config|embedded|aws)|functions\/[^/]+|infra\/local|infra|test|\.ci)(?=\/)/.exec(
    path,
  )?.[0];
}

function rowOf(path: string, unit: string): string {
  if (!unit.startsWith('functions/')) return unit;
  return path === `${unit}/main.ts` || path === `${unit}/handler.ts` ? 'functions/X/main.ts' : 'functions/X';
}

function unitColumn(unit: string): string {
  return unit.startsWith('functions/') ? 'another program' : unit.replace('shared/', '');
}

/** Undefined for a package that anybody may import. */
function packageColumn(specifier: string): string | undefined {
  if (/^@(aws-sdk|aws-crypto|smithy)\//.test(specifier)) return '@aws-sdk';
  return /^(aws-cdk-lib|constructs|cdk-|@aws-cdk\/)/.test(specifier) ? 'aws-cdk-lib' : undefined;
}
