// The password of an account: the operator's, or a machine-made one, kept as verifiers alone. What is printed here is the
// only time that it is seen.

import { withPassword } from '#shared/domain/sasl/credential.ts';
import { DEFAULT_PASSWORD, formatPassword, passwordProblem } from '#shared/domain/sasl/password.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import { OperatorError } from '../operator-error.ts';
import type { Machine } from '../relay.ts';

/** Octets: RFC 5802 asks for a salt, and the password's 128 bits. */
const RANDOM = 16;

export function choosePassword(given: string | undefined, machine: Machine): string {
  if (given === undefined) return formatPassword(machine.randomBytes(RANDOM));
  const problem = passwordProblem(given);
  if (problem === undefined) return given;
  throw new OperatorError(`${problem}; give another one, or leave out --password-stdin and get a machine-made one`);
}

type Stored = {
  readonly login: string;
  readonly password: string;
  /** If left out, the first one's. */
  readonly name?: string;
  /** Milliseconds since the epoch. */
  readonly expires?: number | undefined;
};

/** In place of the one of that name, if there was one. */
export async function storePassword(
  credentials: Credentials,
  { login, password, name = DEFAULT_PASSWORD, expires }: Stored,
  machine: Machine,
): Promise<void> {
  const before = await credentials.find(login);
  const salt = machine.randomBytes(RANDOM);
  const until = expires === undefined ? {} : { expires };
  await credentials.put(withPassword(before, { login, name, password, salt, created: machine.now(), ...until }));
}

/** A password that the operator gave is not repeated to him. `command` is how relayctl is called. */
export function passwordNote(
  { login, password }: { readonly login: string; readonly password: string },
  { isGiven, command }: { readonly isGiven: boolean; readonly command: string },
): string {
  const shown = isGiven ? '' : `\n  ${password}\n\nThis password is shown this once.`;
  return `${shown}\nFor the home server: ${command} postfix-config ${login}\n`;
}
