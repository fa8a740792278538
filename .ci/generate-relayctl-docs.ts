// Prints docs/relayctl.md from the commands' definitions: `node .ci/generate-relayctl-docs.ts > docs/relayctl.md`. The page is
// never edited by hand; test/functions/relayctl/page.test.ts holds it against the definitions.

import type { Command } from 'commander';
import { relayctl } from '#functions/relayctl/program.ts';

const INTRODUCTION = `# relayctl

<!-- Made by .ci/generate-relayctl-docs.ts from functions/relayctl/definitions: do not edit. -->

The operator's tool. It works on the data folder of a relay on this machine, beside a running relay or alone, where a running relay
sees a change within seconds; or on a relay on AWS, through the outputs of its stack and with the AWS credentials of whoever calls it,
where the relay sees a change within \`credentials_refresh_time\`. What is printed for people is plain and aligned; with \`--json\` it is one JSON object a line.

Exit status: 0 if everything was done, 1 if not (one line on standard error says what, and what to do), 2 if the command line
itself is wrong.
`;

const unused = (): never => {
  throw new Error('help needs no relay');
};
const program = relayctl({
  connect: unused,
  terminal: { print: unused, complain: unused, read: unused },
  machine: { now: unused, randomBytes: unused },
});

function helpOf(command: Command): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: 100 });
  return `\`\`\`\n${help.formatHelp(command, help).trimEnd()}\n\`\`\`\n`;
}

function section(command: Command, names: readonly string[]): string {
  const own = `${'#'.repeat(names.length + 1)} ${names.join(' ')}\n\n${helpOf(command)}`;
  return [own, ...command.commands.map((child) => section(child, [...names, child.name()]))].join('\n');
}

const sections = program.commands.map((command) => section(command, [command.name()]));
console.log([INTRODUCTION, helpOf(program), ...sections].join('\n').trimEnd());
