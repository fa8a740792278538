// The words of `relayctl postfix-config`.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { clientConfigs, type ClientProgram, postfixConfig } from '../commands/postfix-config.ts';
import type { Json, PasswordStdin, Tools } from './tools.ts';

type PostfixConfigOptions = Json &
  PasswordStdin & {
    readonly for: ClientProgram;
    readonly host?: string;
    readonly port?: number;
    readonly wrappermode?: boolean;
    readonly selfSigned?: boolean;
  };

export function definePostfixConfig(program: Command, { run, password }: Tools): void {
  program
    .command('postfix-config')
    .description('the lines that make a home server send through this relay')
    .argument('[login]', 'the account to send as (default: the only one)')
    .addOption(new Option('--for <program>', 'the home server').choices(Object.keys(clientConfigs)).default('postfix'))
    .option('--host <host>', 'where the relay is reached (default: its myhostname)', hostArgument)
    .option('--port <port>', 'on which port (default: its submission, or smtps with --wrappermode)', portArgument)
    .option('--wrappermode', 'TLS from the first byte, as on port 465, in place of STARTTLS')
    .option('--self-signed', "do not verify the relay's certificate")
    .option('--password-stdin', 'read the password from standard input (default: the word PASSWORD in its place)')
    .option('--json', 'one JSON object with the files and the commands')
    .action(
      run(async function* (relay, login: string | undefined, options: PostfixConfigOptions) {
        yield* postfixConfig(relay.directory, relay.started, {
          login,
          program: options.for,
          host: options.host,
          port: options.port,
          wrapperMode: options.wrappermode ?? false,
          selfSigned: options.selfSigned ?? false,
          password: await password(options),
          json: options.json ?? false,
        });
      }),
    );
}

function hostArgument(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a host name or an address.');
}

function portArgument(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 2 ** 16) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1 to 65535.');
}
