// The tools of `npm run check` are worth what they refuse. Here each gets, in a throw-away project under this project's own
// settings, the faults that it is there to find.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '../..');

const FILES = {
  'functions/policy/main.ts': `// A program's entry.
import { ask } from '#shared/domain/asked.ts';
export async function save(): Promise<void> {
  await ask();
}
export function start(): void {
  save();
  process.on('SIGTERM', async () => save());
}
export async function wait(): Promise<number> {
  return await 1;
}
export async function answer(): Promise<void> {
  try {
    return save();
  } catch {
    return;
  }
}
export function size(message: any): number {
  return message.size;
}
`,
  'shared/domain/asked.ts': `// Half of a cycle.
import type { Decision } from './decision.ts';
export async function ask(): Promise<Decision> {
  return Promise.resolve({ kind: 'permit' });
}
export const unused = 1;
`,
  'shared/domain/decision.ts': `// The other half.
import type { ask } from './asked.ts';
export type Decision = { readonly kind: 'permit' } | { readonly kind: 'reject'; readonly by: typeof ask };
export function code(decision: Decision): number {
  switch (decision.kind) {
    case 'permit':
      return 250;
  }
  return 0;
}
`,
  'shared/domain/types.ts': `// Nobody imports this file.
export function first(values: string[]): string {
  return values[0];
}
export function guess(value) {
  return value;
}
export type Optional = { reason?: string };
export const absent: Optional = { reason: undefined };
export enum Kind {
  A,
}
export const ugly = "double quotes"
`,
};

const project = mkdtempSync(join(tmpdir(), 'relay-canaries-'));
after(() => rmSync(project, { recursive: true }));
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(join(project, dirname(path)), { recursive: true });
  writeFileSync(join(project, path), text);
}
for (const settings of ['package.json', 'tsconfig.json', 'knip.json', '.oxlintrc.json', '.prettierrc.json']) {
  cpSync(join(root, settings), join(project, settings));
}
symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));

/** What the tool says of the throw-away project; it must exit as one that has found something. */
async function complaints(tool: string, ...options: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(join(root, 'node_modules/.bin', tool), options, { cwd: project }, (error, stdout, stderr) => {
      if (typeof error?.code === 'number') resolve(stdout + stderr);
      else reject(error ?? new Error(`${tool} found nothing`));
    });
  });
}

test('oxlint refuses floating and misused promises, any, and cycles', async () => {
  const said = await complaints('oxlint', '--format=unix', ...Object.keys(FILES));
  for (const [line, rule] of [
    ['functions/policy/main.ts:7', 'typescript(no-floating-promises)'],
    ['functions/policy/main.ts:8', 'typescript(no-misused-promises)'],
    ['functions/policy/main.ts:11', 'typescript(await-thenable)'],
    ['functions/policy/main.ts:15', 'typescript(return-await)'],
    ['functions/policy/main.ts:20', 'typescript(no-explicit-any)'],
    ['shared/domain/decision.ts:5', 'typescript(switch-exhaustiveness-check)'],
    ['shared/domain/asked.ts:2', 'import(no-cycle)'],
  ]) {
    assert.ok(
      said.split('\n').some((complaint) => complaint.startsWith(`${line}:`) && complaint.includes(`${rule}]`)),
      `${rule} at ${line} in:\n${said}`,
    );
  }
});

test('tsc is strict, and takes only what Node can run', async () => {
  const said = await complaints('tsc', '-p', '.');
  for (const fault of [
    "types.ts(3,3): error TS2322: Type 'string | undefined' is not assignable", // noUncheckedIndexedAccess
    "types.ts(5,23): error TS7006: Parameter 'value' implicitly has an 'any' type", // strict
    'types.ts(9,14): error TS2375', // exactOptionalPropertyTypes
    'types.ts(10,13): error TS1294', // erasableSyntaxOnly
  ]) {
    assert.ok(said.includes(fault), `${fault} in:\n${said}`);
  }
});

test('knip refuses an unused file and an unused export', async () => {
  const said = await complaints('knip', '--no-progress', '--include=files,exports');
  assert.match(said, /Unused files \(1\)\nshared\/domain\/types\.ts/);
  assert.match(said, /^unused +shared\/domain\/asked\.ts:6/m);
});

test('prettier refuses double quotes', async () => {
  assert.match(await complaints('prettier', '--check', 'shared'), /types\.ts/);
});
