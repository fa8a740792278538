// Prints docs/settings.md from the settings' table: `node .ci/generate-docs.ts > docs/settings.md`. The page is never edited
// by hand; test/config/settings-page.test.ts holds it against the table.

import { BUILT_IN_SERVICES } from '#shared/config/services.ts';
import type { Setting } from '#shared/config/setting.ts';
import { GROUPS, SETTINGS } from '#shared/config/settings.ts';

const INTRODUCTION = `# Settings

<!-- Made by .ci/generate-docs.ts from shared/config/settings.ts: do not edit. -->

\`relay.yaml\` has one \`name: value\` a line, and a map \`services\` with what one service has for itself, as \`-o\` in Postfix's
\`master.cf\`:

\`\`\`yaml
myhostname: relay.example.jp
message_size_limit: 10MiB
services:
  smtps:
    smtpd_timeout: 1m
\`\`\`

A name that is Postfix's means what it means there, if its sentence here says nothing else. \`$name\`, \`\${name}\` and \`$(name)\`
stand for another setting's value, \`$hostname\` for the machine's name, \`$$\` for a dollar. For a service, its own map comes first,
then what it has built in, then the flat names, then the defaults. Everything wrong is reported at once, with its line.
`;

function settingsPage(): string {
  const groups = Object.entries(GROUPS).map(([heading, rows]) => `## ${heading}\n\n${settingsTable(rows)}`);
  return [INTRODUCTION, ...groups, services(), values()].join('\n');
}

function settingsTable(rows: Readonly<Record<string, Setting<unknown>>>): string {
  return table(
    ['Setting', 'Default', 'Value', 'Per service', 'Name', 'Meaning'],
    Object.entries(rows).map(([name, setting]) => [
      code(name),
      setting.default === '' ? 'empty' : code(setting.default),
      setting.type.name,
      setting.perService ? 'yes' : 'no',
      setting.origin === 'postfix' ? "Postfix's" : 'own',
      setting.sentence,
    ]),
  );
}

function services(): string {
  const rows = [...BUILT_IN_SERVICES].flatMap(([service, overrides]) =>
    overrides.size === 0
      ? [[code(service), 'nothing of its own']]
      : Array.from(overrides, ([name, value]) => [code(service), code(`${name}: ${value}`)]),
  );
  return `## Services

These exist without being named; \`services\` changes them and adds others. A service that is given no port stays closed.

${table(['Service', 'Has built in'], rows)}`;
}

function values(): string {
  const types = new Map(Object.values(SETTINGS).map(({ type }) => [type.name, type]));
  // A choice's name says already what to write.
  const rows = [...types.values()].filter(({ name, written }) => written !== `one of ${name}`);
  return `## Values

A list is a YAML list, or one text with commas or spaces. YAML wants quotes around a value that begins with \`[\`, \`*\`, \`@\` or \`%\`.

${table(
  ['Value', 'Write'],
  rows.map(({ name, written }) => [name, written]),
)}
Restrictions are asked in their order until one decides. \`hold\` decides nothing: a message that is let in waits for an
operator's word, as with HOLD in access(5).
`;
}

const code = (text: string): string => `\`${text}\``;

/** As prettier aligns it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? title).length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('');
}

console.log(settingsPage().trimEnd());
