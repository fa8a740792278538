// The words of `relayctl directory …`, and its file.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parseDirectoryFile } from '#shared/config/directory-file.ts';
import { directoryApply, directoryExport } from '../commands/directory.ts';
import { OperatorError } from '../operator-error.ts';
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
        yield* directoryApply(relay, machine, parseDirectoryFile(await textOf(file), file));
      }),
    );
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(`cannot read ${file} (${error.code}); name a readable file`);
  });
}
