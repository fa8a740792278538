import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { alarmsOf } from '../support/infra/shown-metrics.ts';
import { VARIANTS } from '../support/infra/synthesise.ts';
import { synthesiseUnchecked } from '../support/infra/unchecked.ts';

const docs = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const runbook = docs('runbook.md');
const templates = ['everything by Amazon SES', 'home', 'a smarthost with passwords'].map((variant) =>
  synthesiseUnchecked(VARIANTS[variant]),
);
const alarms = templates.flatMap(alarmsOf);
const names = [...new Set(alarms.map(([name]) => name))];

type Heading = { readonly name: string; readonly text: string };

function headingsOf(page: string): readonly Heading[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => ({ name: section.slice(0, section.indexOf('\n')), text: section }));
}

/** Alarms without a heading, and headings without an alarm. */
function problems(page: string, alarmNames: readonly string[]): readonly string[] {
  const headings = headingsOf(page).map(({ name }) => name);
  return [
    ...alarmNames.filter((name) => !headings.includes(name)).map((name) => `no heading: ${name}`),
    ...headings.filter((name) => !alarmNames.includes(name)).map((name) => `no alarm: ${name}`),
    ...headings.filter((name, i) => headings.indexOf(name) < i).map((name) => `twice: ${name}`),
  ];
}

test('each alarm of any profile has its heading in the runbook, and each heading its alarm', () => {
  assert.deepEqual(problems(runbook, names), []);
});

suite('the two are told apart', () => {
  test('an alarm without a heading', () => {
    assert.deepEqual(problems(runbook, [...names, 'Moon full']), ['no heading: Moon full']);
  });

  test('a heading without an alarm', () => {
    assert.deepEqual(problems(`${runbook}\n## Moon full\n`, names), ['no alarm: Moon full']);
  });

  test('a heading in other words', () => {
    assert.deepEqual(problems(runbook.replace('## Bounce rate', '## Bounces'), names), [
      'no heading: Bounce rate',
      'no alarm: Bounces',
    ]);
  });
});

test('a heading says what it means, what to look at and what to do', () => {
  for (const { name, text } of headingsOf(runbook)) {
    for (const part of ['**Meaning.**', '**Look at.**', '**Do.**']) assert.ok(text.includes(part), `${name}: ${part}`);
  }
});

test("an alarm's description leads to its heading", () => {
  for (const [name, { Properties }] of alarms) {
    const anchor = name.toLowerCase().replaceAll(' ', '-');
    assert.ok(String(Properties['AlarmDescription']).endsWith(`docs/runbook.md#${anchor}`), name);
  }
});

test('what the runbook looks up by name is in the stack', () => {
  const resources = templates.flatMap(({ Resources }) => Object.entries(Resources));
  const lookedUp = [
    ...[...runbook.matchAll(/\bid (\w+) (\w+::\w+)/g)].map(([, name = '', type = '']) => [name, type] as const),
    ...[...runbook.matchAll(/\blog ([A-Z]\w+)/g)].map(([, name = '']) => [name, 'Logs::LogGroup'] as const),
  ].filter(([name]) => name !== 'NAME' && name !== 'PROGRAM');
  assert.ok(lookedUp.length > 20);
  for (const [name, type] of lookedUp) {
    const found = resources.some(([id, { Type }]) => id.startsWith(name) && Type === `AWS::${type}`);
    assert.ok(found, `${name} ${type}`);
  }
});

test("the runbook's commands are relayctl's", () => {
  const commands = [...runbook.matchAll(/relayctl(?: --stack "\$STACK")? ([a-z]+ [a-z]+)/g)].map(([, words]) => words);
  assert.ok(commands.length > 5);
  for (const words of commands) assert.match(docs('relayctl.md'), new RegExp(`^### ${words}$`, 'm'));
});
