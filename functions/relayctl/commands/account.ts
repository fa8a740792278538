// Accounts: who may log in, and as whom. An account and its credential are two records: on the way in the account is written
// first, on the way out last, so that what an interrupted command leaves behind is an account without a password, which
// nobody can use and which `account password` or `account remove` puts right.

import type { Account } from '#shared/domain/directory/account.ts';
import { OperatorError } from '../operator-error.ts';
import type { Machine, NamedRelay, Output, Relay } from '../relay.ts';
import { minute, table } from '../text.ts';
import { fullLogin, sendersOf } from './account-names.ts';
import { choosePassword, passwordNote, storePassword } from './account-password.ts';

export type Accounts = Pick<NamedRelay, 'directory' | 'credentials' | 'started' | 'command'>;

export type NewAccount = {
  readonly login: string;
  /** If empty, the login itself. */
  readonly senders: readonly string[];
  /** If left out, a machine-made one. */
  readonly password: string | undefined;
};

export async function* accountAdd(relay: Accounts, machine: Machine, added: NewAccount): Output {
  const login = fullLogin(added.login, relay.started);
  if (await relay.directory.account(login)) {
    throw new OperatorError(`${login} is there already; relayctl account password, senders or enable changes it`);
  }
  const senders = sendersOf(added.senders.length === 0 ? [login] : added.senders);
  const password = choosePassword(added.password, machine);
  await relay.directory.put({ login, senders, disabled: false, created: machine.now() });
  await storePassword(relay.credentials, { login, password }, machine);
  yield `Added ${login}, which may send as ${senders.join(', ')}.\n`;
  yield passwordNote({ login, password }, { isGiven: added.password !== undefined, command: relay.command });
}

export async function* accountList({ directory, credentials }: Accounts, { json }: { json: boolean }): Output {
  const accounts = await directory.accounts();
  const passwords = await Promise.all(
    accounts.map(async ({ login }) => (await credentials.find(login))?.passwords.map(({ name }) => name) ?? []),
  );
  if (json) {
    const objects = accounts.map((account, i) => ({ ...account, passwords: passwords[i] }));
    yield objects.map((account) => `${JSON.stringify(account)}\n`).join('');
  } else if (accounts.length === 0) {
    yield 'No accounts. relayctl account add LOGIN makes one.\n';
  } else {
    const rows = accounts.map((account, i) => [
      account.login,
      account.senders.join(', ') || '-',
      account.disabled ? 'disabled' : 'enabled',
      String(passwords[i]?.length ?? 0),
      minute(account.created),
    ]);
    yield table([['LOGIN', 'MAY SEND AS', 'STATE', 'PASSWORDS', 'CREATED'], ...rows]);
  }
}

/** Its messages that are in the queue stay there. */
export async function* accountRemove(relay: Accounts, login: string): Output {
  const account = await existingAccount(relay, login);
  await relay.credentials.remove(account.login);
  await relay.directory.remove(account.login);
  yield `Removed ${account.login}.\n`;
}

export async function* accountPassword(
  relay: Accounts,
  machine: Machine,
  { login: typed, password: given }: Pick<NewAccount, 'login' | 'password'>,
): Output {
  const { login } = await existingAccount(relay, typed);
  const password = choosePassword(given, machine);
  await storePassword(relay.credentials, { login, password }, machine);
  yield `${login} has a new password; the old one no longer works.\n`;
  yield passwordNote({ login, password }, { isGiven: given !== undefined, command: relay.command });
}

export async function* accountDisable(relay: Accounts, login: string, disabled: boolean): Output {
  const account = await existingAccount(relay, login);
  await relay.directory.put({ ...account, disabled });
  yield `${disabled ? 'Disabled' : 'Enabled'} ${account.login}.\n`;
}

/** Says what the account may send as, after any change. */
export async function* accountSenders(
  relay: Accounts,
  login: string,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Output {
  const account = await existingAccount(relay, login);
  const removed = change.remove.map((pattern) => pattern.toLowerCase());
  const foreign = removed.find((pattern) => !account.senders.includes(pattern));
  if (foreign !== undefined) {
    throw new OperatorError(
      `${account.login} does not own ${foreign}; it owns ${account.senders.join(', ') || 'nothing'}`,
    );
  }
  const kept = account.senders.filter((pattern) => !removed.includes(pattern));
  const senders = [...new Set([...kept, ...sendersOf(change.add)])];
  if (change.add.length + removed.length > 0) await relay.directory.put({ ...account, senders });
  yield `${account.login} may send as ${senders.join(', ') || 'nobody'}.\n`;
}

export async function existingAccount(relay: Pick<Relay, 'directory' | 'started'>, login: string): Promise<Account> {
  const full = fullLogin(login, relay.started);
  const account = await relay.directory.account(full);
  if (account) return account;
  throw new OperatorError(`there is no account ${full}; relayctl account list shows all`);
}
