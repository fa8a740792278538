// What to paste at home, for an account of this relay. Only verifiers of passwords are stored, so the password is whatever
// the operator gives, or the word PASSWORD in its place.

import type { Account } from '#shared/domain/directory/account.ts';
import { type ClientConfig, type ClientTarget, formatClientConfig } from '../client-config/client-config.ts';
import { exim } from '../client-config/exim.ts';
import { msmtp } from '../client-config/msmtp.ts';
import { nullmailer } from '../client-config/nullmailer.ts';
import { opensmtpd } from '../client-config/opensmtpd.ts';
import { postfix } from '../client-config/postfix.ts';
import { swaks } from '../client-config/swaks.ts';
import { OperatorError } from '../operator-error.ts';
import type { Output, Relay } from '../relay.ts';
import type { RelayFile } from '../relay-file.ts';
import { existingAccount } from './account.ts';

export const clientConfigs = { postfix, msmtp, exim, opensmtpd, nullmailer, swaks } satisfies Record<
  string,
  (target: ClientTarget) => ClientConfig
>;

export type ClientProgram = keyof typeof clientConfigs;

export type ClientChoice = {
  /** If left out, the only account there is. */
  readonly login: string | undefined;
  readonly program: ClientProgram;
  readonly wrapperMode: boolean;
  readonly selfSigned: boolean;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly password: string | undefined;
  readonly json: boolean;
};

export async function* postfixConfig(
  directory: Relay['directory'],
  started: RelayFile | undefined,
  choice: ClientChoice,
): Output {
  const account =
    choice.login === undefined
      ? await onlyAccount(directory)
      : await existingAccount({ directory, started }, choice.login);
  const { program, wrapperMode, password = 'PASSWORD', json } = choice;
  const config = clientConfigs[program]({
    host: choice.host ?? hostOf(started),
    port: choice.port ?? portOf(started, wrapperMode),
    wrapperMode,
    selfSigned: choice.selfSigned || started?.selfSigned === true,
    login: account.login,
    password,
    sender: senderOf(account),
  });
  yield json ? `${JSON.stringify(config)}\n` : formatClientConfig(config);
}

async function onlyAccount(directory: Relay['directory']): Promise<Account> {
  const [account, ...others] = await directory.accounts();
  if (!account) throw new OperatorError('there is no account yet; relayctl account add LOGIN makes one');
  if (others.length > 0) throw new OperatorError('there are several accounts; name one, out of relayctl account list');
  return account;
}

/** Its name; the address itself if it listens on this machine alone. */
function hostOf(started: RelayFile | undefined): string {
  if (!started) throw new OperatorError('the relay has not been started here, so its name is not known; give --host');
  return /^127\.|^::1$/.test(started.listen) ? started.listen : started.hostname;
}

function portOf(started: RelayFile | undefined, wrapperMode: boolean): number {
  if (!started) return wrapperMode ? 465 : 587;
  const port = started.ports[wrapperMode ? 'smtps' : 'submission'];
  if (port !== undefined) return port;
  const other = wrapperMode ? 'leave out --wrappermode' : 'use --wrappermode';
  throw new OperatorError(
    `the relay was started without ${wrapperMode ? 'smtps' : 'submission'}; ${other}, or give --port`,
  );
}

/** A whole domain, or any address, has no address of its own to send a first message from. */
function senderOf({ login, senders }: Account): string {
  return senders.find((pattern) => pattern !== '*' && !pattern.startsWith('@')) ?? login;
}
