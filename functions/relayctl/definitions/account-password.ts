// The words of `relayctl account password …`.

import type { Command } from 'commander';
import { accountPassword } from '../commands/account.ts';
import { passwordAdd, passwordList, passwordRemove } from '../commands/account-passwords.ts';
import { type Json, JSON_LINES, PASSWORD_STDIN, type PasswordStdin, type Tools } from './tools.ts';

const NAME = ['--name <name>', 'what it is called: phone, printer'] as const;

type New = PasswordStdin & { readonly name: string; readonly expires?: string };

export function defineAccountPassword(account: Command, { run, machine, password }: Tools): void {
  const passwords = account
    .command('password')
    .description('the passwords of an account: the first one, and those of apps; with a login alone, as set');
  passwords
    .command('set', { isDefault: true })
    .description('replace the first password of an account; the new one is shown this once')
    .argument('<login>')
    .option(...PASSWORD_STDIN)
    .action(
      run(async function* (relay, login: string, options: PasswordStdin) {
        yield* accountPassword(relay, machine, { login, password: await password(options) });
      }),
    );
  passwords
    .command('add')
    .description('one more password for an account, which is shown this once')
    .argument('<login>')
    .requiredOption(...NAME)
    .option('--expires <time>', 'how long it is good: 90d, 1w (default: for ever)')
    .option(...PASSWORD_STDIN)
    .action(
      run(async function* (relay, login: string, { name, expires, ...options }: New) {
        yield* passwordAdd(relay, machine, { login, name, expires, password: await password(options) });
      }),
    );
  passwords
    .command('list')
    .description('the passwords of an account: when each was made, was used last and from where, and expires')
    .argument('<login>')
    .option(...JSON_LINES)
    .action(run((relay, login: string, { json = false }: Json) => passwordList(relay, machine, login, { json })));
  passwords
    .command('remove')
    .description('revoke one password of an account')
    .argument('<login>')
    .requiredOption(...NAME)
    .action(run((relay, login: string, { name }: { name: string }) => passwordRemove(relay, login, name)));
}
