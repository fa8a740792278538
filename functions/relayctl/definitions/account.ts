// The words of `relayctl account …`.

import type { Command } from 'commander';
import { accountAdd, accountDisable, accountList, accountRemove, accountSenders } from '../commands/account.ts';
import { defineAccountPassword } from './account-password.ts';
import { type Json, JSON_LINES, PASSWORD_STDIN, type PasswordStdin, type Tools } from './tools.ts';

export function defineAccount(program: Command, tools: Tools): void {
  const { run, machine, password } = tools;
  const account = program.command('account').description('who may log in, and which sender addresses a login owns');
  account
    .command('add')
    .description('make an account, with a password that is shown this once')
    .argument('<login>', 'user@realm; without @realm the relay fills in its smtpd_sasl_local_domain')
    .option(
      '--sender <pattern>',
      'what it may send as: user@domain, @domain or *; may be repeated (default: the login)',
      collected,
    )
    .option(...PASSWORD_STDIN)
    .action(
      run(async function* (relay, login: string, options: PasswordStdin & { sender?: string[] }) {
        yield* accountAdd(relay, machine, { login, senders: options.sender ?? [], password: await password(options) });
      }),
    );
  account
    .command('list')
    .description('all accounts')
    .option(...JSON_LINES)
    .action(run((relay, { json = false }: Json) => accountList(relay, { json })));
  account
    .command('remove')
    .description('forget an account and its passwords; its mail in the queue is still delivered')
    .argument('<login>')
    .action(run((relay, login: string) => accountRemove(relay, login)));
  defineAccountPassword(account, tools);
  account
    .command('disable')
    .description('refuse the logins of an account, and keep it')
    .argument('<login>')
    .action(run((relay, login: string) => accountDisable(relay, login, true)));
  account
    .command('enable')
    .description('accept the logins of a disabled account again')
    .argument('<login>')
    .action(run((relay, login: string) => accountDisable(relay, login, false)));
  account
    .command('senders')
    .description('show or change what an account may send as: user@domain, @domain or *')
    .argument('<login>')
    .option('--add <pattern>', 'may be repeated', collected)
    .option('--remove <pattern>', 'may be repeated', collected)
    .action(
      run((relay, login: string, { add = [], remove = [] }: { add?: string[]; remove?: string[] }) =>
        accountSenders(relay, login, { add, remove }),
      ),
    );
}

function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
