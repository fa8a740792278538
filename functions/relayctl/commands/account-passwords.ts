// App passwords: those that an account has besides its first one, each under a name of its own, so that the one of a lost phone
// is revoked and nothing else must be changed. All of an account's passwords open the same account and may send the same.

import { time } from '#shared/config/value-types.ts';
import type { Credential, Password } from '#shared/domain/sasl/credential.ts';
import { hasExpired, withoutPassword } from '#shared/domain/sasl/credential.ts';
import { passwordNameProblem } from '#shared/domain/sasl/password.ts';
import type { PasswordUse } from '#shared/ports/last-use.ts';
import { OperatorError } from '../operator-error.ts';
import type { Machine, Output, Relay } from '../relay.ts';
import { minute, table } from '../text.ts';
import { type Accounts, existingAccount } from './account.ts';
import { choosePassword, passwordNote, storePassword } from './account-password.ts';

export type NewAppPassword = {
  readonly login: string;
  readonly name: string;
  /** How long it is good, as in the settings: `90d`. Undefined for ever. */
  readonly expires: string | undefined;
  /** If left out, a machine-made one. */
  readonly password: string | undefined;
};

export async function* passwordAdd(relay: Accounts, machine: Machine, added: NewAppPassword): Output {
  const { login } = await existingAccount(relay, added.login);
  const { name } = added;
  const problem = passwordNameProblem(name);
  if (problem !== undefined) throw new OperatorError(`"${name}" is no name: ${problem}`);
  if ((await passwordsOf(relay, login)).some((password) => password.name === name)) {
    throw new OperatorError(`${login} has a password ${name} already; relayctl account password remove takes it away`);
  }
  const expires = added.expires === undefined ? undefined : machine.now() + lifetime(added.expires);
  const password = choosePassword(added.password, machine);
  await storePassword(relay.credentials, { login, password, name, expires }, machine);
  yield `${login} has a further password, ${name}${expires === undefined ? '' : `, until ${minute(expires)}`}.\n`;
  yield passwordNote({ login, password }, { isGiven: added.password !== undefined, command: relay.command });
}

export async function* passwordList(
  relay: Accounts & Pick<Relay, 'lastUses'>,
  machine: Machine,
  login: string,
  { json }: { json: boolean },
): Output {
  const account = await existingAccount(relay, login);
  const passwords = await passwordsOf(relay, account.login);
  const uses = await relay.lastUses.of(account.login);
  // One that had the name before is none of its uses.
  const lastUseOf = ({ name, created }: Password): PasswordUse | undefined =>
    uses.find(({ passwordName, at }) => passwordName === name && at >= created);
  if (json) {
    const objects = passwords.map((password) => {
      const { name, created, expires } = password;
      const use = lastUseOf(password);
      return { name, created, expires, lastUsed: use?.at, lastAddress: use?.address };
    });
    yield objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  } else if (passwords.length === 0) {
    yield `${account.login} has no password. relayctl account password ${account.login} makes one.\n`;
  } else {
    const rows = passwords.map((password) => {
      const use = lastUseOf(password);
      const used = use === undefined ? ['-', '-'] : [minute(use.at), use.address];
      return [password.name, minute(password.created), ...used, endOf(password, machine.now())];
    });
    yield table([['NAME', 'CREATED', 'LAST USED', 'FROM', 'EXPIRES'], ...rows]);
  }
}

export async function* passwordRemove(relay: Accounts, login: string, name: string): Output {
  const account = await existingAccount(relay, login);
  const credential = await relay.credentials.find(account.login);
  if (!credential?.passwords.some((password) => password.name === name)) {
    throw new OperatorError(
      `${account.login} has no password ${name}; relayctl account password list ${account.login} shows all`,
    );
  }
  const left: Credential = withoutPassword(credential, name);
  await relay.credentials.put(left);
  yield `Revoked the password ${name} of ${account.login}${left.passwords.length === 0 ? ', which has none now' : ''}.\n`;
}

async function passwordsOf(
  { credentials }: Pick<Accounts, 'credentials'>,
  login: string,
): Promise<readonly Password[]> {
  return (await credentials.find(login))?.passwords ?? [];
}

/** Milliseconds. */
function lifetime(text: string): number {
  const parsed = time({ least: 1 }).parse(text);
  if (parsed.ok) return parsed.value;
  throw new OperatorError(`--expires: ${parsed.wrong}`);
}

function endOf(password: Password, now: number): string {
  if (password.expires === undefined) return 'never';
  return `${minute(password.expires)}${hasExpired(password, now) ? ' (expired)' : ''}`;
}
