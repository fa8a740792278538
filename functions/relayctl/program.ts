// relayctl as one tree of commands (definitions/), which `--help` and docs/relayctl.md show. Each opens the relay that
// --data or --stack names, prints what its function in commands/ yields, and closes the relay whatever happens.

import { Command, Option } from 'commander';
import { shellQuoted } from './client-config/client-config.ts';
import { defineAccount } from './definitions/account.ts';
import { defineCertificate } from './definitions/certificate.ts';
import { defineDirectory } from './definitions/directory.ts';
import { defineOutbox } from './definitions/outbox.ts';
import { definePostfixConfig } from './definitions/postfix-config.ts';
import { defineQueue } from './definitions/queue.ts';
import type { Tools } from './definitions/tools.ts';
import type { Machine, Place, Relay, Terminal } from './relay.ts';

export type Surroundings = {
  readonly connect: (place: Place) => Promise<Relay>;
  readonly terminal: Terminal;
  readonly machine: Machine;
};

/** As `npm start` takes it. */
const DEFAULT_DATA = 'data';

export function relayctl({ connect, terminal, machine }: Surroundings): Command {
  const program = new Command('relayctl')
    .description(
      "The operator's tool of op25b-relay: accounts, queue, outbox, certificate, and the settings of a home server.",
    )
    .option('--data <folder>', 'the data folder of a relay on this machine', DEFAULT_DATA)
    .addOption(new Option('--stack <name>', 'a relay on AWS, by the name of its stack').conflicts('data'))
    .addOption(new Option('--region <region>', "with --stack: its AWS region (default: the environment's)"))
    .configureOutput({
      writeErr: (text) => terminal.complain(text),
      outputError: (text, write) => write(`${complaint(text)}; relayctl --help shows the commands\n`),
    })
    .exitOverride();

  const tools: Tools = {
    machine,
    run:
      (command) =>
      async (...args) => {
        const place = placeOf(program);
        const relay = await connect(place);
        const named = { ...relay, command: ['npx relayctl', ...optionsFor(place)].join(' ') };
        try {
          for await (const piece of command(named, ...args)) await terminal.print(piece);
        } finally {
          await relay.close();
        }
      },
    async password({ passwordStdin }) {
      return passwordStdin ? (await terminal.read()).replace(/\r?\n$/, '') : undefined;
    },
  };
  defineAccount(program, tools);
  defineQueue(program, tools);
  defineOutbox(program, tools);
  defineCertificate(program, tools);
  definePostfixConfig(program, tools);
  defineDirectory(program, tools);
  return program;
}

type PlaceOptions = { readonly data: string; readonly stack?: string; readonly region?: string };

function placeOf(program: Command): Place {
  const { data, stack, region } = program.opts<PlaceOptions>();
  if (stack !== undefined) return { stack, ...(region === undefined ? {} : { region }) };
  if (region !== undefined) program.error('error: --region is of a relay on AWS, which --stack names');
  return { data };
}

function optionsFor(place: Place): string[] {
  if (!('stack' in place)) return place.data === DEFAULT_DATA ? [] : [`--data ${shellQuoted(place.data)}`];
  const { stack, region } = place;
  return [`--stack ${shellQuoted(stack)}`, ...(region === undefined ? [] : [`--region ${shellQuoted(region)}`])];
}

/** Commander's message on one line: it puts a suggestion on a second. */
function complaint(text: string): string {
  return text
    .trim()
    .replace(/^error: /, 'relayctl: ')
    .replaceAll('\n', ' ')
    .replace(/\.$/, '');
}
