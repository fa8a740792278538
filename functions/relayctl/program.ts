// relayctl as one tree of commands (definitions/), which `--help` and docs/relayctl.md show. Each opens the relay that
// --data names, prints what its function in commands/ yields, and closes the relay whatever happens.

import { Command } from 'commander';
import { shellQuoted } from './client-config/client-config.ts';
import { defineAccount } from './definitions/account.ts';
import { defineDirectory } from './definitions/directory.ts';
import { defineOutbox } from './definitions/outbox.ts';
import { definePostfixConfig } from './definitions/postfix-config.ts';
import { defineQueue } from './definitions/queue.ts';
import type { Tools } from './definitions/tools.ts';
import type { Machine, Relay, Terminal } from './relay.ts';

export type Surroundings = {
  /** Opens the relay whose data lies in this folder. */
  readonly connect: (dataDirectory: string) => Promise<Relay>;
  readonly terminal: Terminal;
  readonly machine: Machine;
};

/** As `npm start` takes it. */
const DEFAULT_DATA = 'data';

export function relayctl({ connect, terminal, machine }: Surroundings): Command {
  const program = new Command('relayctl')
    .description("The operator's tool of op25b-relay: accounts, queue, outbox, and the settings of a home server.")
    .option('--data <folder>', "the relay's data folder", DEFAULT_DATA)
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
        const { data } = program.opts<{ data: string }>();
        const relay = await connect(data);
        const named = {
          ...relay,
          command: `npx relayctl${data === DEFAULT_DATA ? '' : ` --data ${shellQuoted(data)}`}`,
        };
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
  definePostfixConfig(program, tools);
  defineDirectory(program, tools);
  return program;
}

/** Commander's message on one line: it puts a suggestion on a second. */
function complaint(text: string): string {
  return text
    .trim()
    .replace(/^error: /, 'relayctl: ')
    .replaceAll('\n', ' ')
    .replace(/\.$/, '');
}
