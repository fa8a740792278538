// The directory as one file (shared/config/directory-file.ts). Applying makes and changes the accounts that the file names and
// leaves the others alone; applying it twice changes nothing, since a password that is right already is not stored anew.

import type { DirectoryAccount, DirectoryFile } from '#shared/config/directory-file.ts';
import { formatDirectoryFile } from '#shared/config/directory-file.ts';
import { canonicalLogin } from '#shared/domain/directory/account.ts';
import { unexpired } from '#shared/domain/sasl/credential.ts';
import { passwordMatches, saltPassword } from '#shared/domain/sasl/verifier.ts';
import type { Machine, Output, Relay } from '../relay.ts';
import { count } from '../text.ts';
import { fullLogin } from './account-names.ts';
import { storePassword } from './account-password.ts';

type Stores = Pick<Relay, 'directory' | 'credentials'>;

export async function* directoryExport({ directory }: Pick<Relay, 'directory'>): Output {
  const accounts = await directory.accounts();
  yield formatDirectoryFile({
    accounts: accounts.map(({ login, senders, disabled }) => ({ login, senders, disabled })),
  });
}

export async function* directoryApply(
  relay: Stores & Pick<Relay, 'started'>,
  machine: Machine,
  file: DirectoryFile,
): Output {
  for (const { login } of file.accounts) fullLogin(login, relay.started);
  await applyDirectory(file, relay, relay.started?.localDomain ?? '', machine);
  yield `Applied ${count(file.accounts.length, 'account')}.\n`;
}

/** `localDomain` fills in the realm of a login that names none. */
export async function applyDirectory(
  file: DirectoryFile,
  stores: Stores,
  localDomain: string,
  machine: Machine,
): Promise<void> {
  for (const account of file.accounts) await applyAccount(account, stores, localDomain, machine);
}

async function applyAccount(
  { login: typed, senders, disabled, password }: DirectoryAccount,
  { directory, credentials }: Stores,
  localDomain: string,
  machine: Machine,
): Promise<void> {
  const login = canonicalLogin(typed, localDomain);
  const before = await directory.account(login);
  await directory.put({ login, senders, disabled, created: before?.created ?? machine.now() });
  if (password === undefined || (await isPassword(credentials, { login, password }, machine.now()))) return;
  await storePassword(credentials, { login, password }, machine);
}

async function isPassword(
  credentials: Relay['credentials'],
  { login, password }: { readonly login: string; readonly password: string },
  now: number,
): Promise<boolean> {
  const credential = await credentials.find(login);
  if (credential === undefined) return false;
  const salted = saltPassword(password, credential.salt, credential.iterations);
  return unexpired(credential, now).passwords.some((verifier) => passwordMatches(verifier, salted));
}
