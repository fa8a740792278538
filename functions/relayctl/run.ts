// relayctl's one boundary: runs the command line and turns whatever is thrown into one line on standard error and an exit
// status. 0: done; 1: not done, or not all of it; 2: the command line itself is wrong. A stack is printed only for what
// nobody expected.

import { CommanderError } from 'commander';
import { FileError } from '#shared/config/problems.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { OperatorError } from './operator-error.ts';
import { relayctl, type Surroundings } from './program.ts';

export async function run(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  try {
    await relayctl(surroundings).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    surroundings.terminal.complain(`relayctl: ${messageOf(error)}\n`);
    return 1;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof OperatorError || error instanceof FileError || error instanceof PermanentFault)
    return error.message;
  if (error instanceof TemporaryFault) return `${error.message}; try again`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
