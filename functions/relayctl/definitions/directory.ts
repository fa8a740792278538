// The words of `relayctl directory …`.

import type { Command } from 'commander';
import { parseDirectoryFile } from '#shared/config/directory-file.ts';
import { directoryApply, directoryExport } from '../commands/directory.ts';
import { readTextFile } from '../text-file.ts';
import type { Tools } from './tools.ts';

export function defineDirectory(program: Command, { run, machine }: Tools): void {
  const directory = program.command('directory').description('all accounts as one YAML file');
  directory
    .command('export')
    .description('print the file, without passwords')
    .action(run((relay) => directoryExport(relay)));
  directory
    .command('apply')
    .description('make and change the accounts that a file names; others stay as they are')
    .argument('<file>')
    .action(
      run(async function* (relay, file: string) {
        yield* directoryApply(relay, machine, parseDirectoryFile(await readTextFile(file), file));
      }),
    );
}
