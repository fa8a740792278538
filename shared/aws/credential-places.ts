// Which of the secrets a login lies in: where it is already, else the first with room. Pure: takes what the secrets hold and
// gives what those that change hold then. A login may lie in two after writers have raced around a full secret: the first counts,
// and a removal removes both. PermanentFault when there is no room.

import type { Credential } from '#shared/domain/sasl/credential.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import { type CredentialMap, fits, hasRoomForNew } from './credential-secret.ts';

/** New contents, by the secret's place in the list. */
export type Changes = ReadonlyMap<number, CredentialMap>;

export function findIn(secrets: readonly (CredentialMap | undefined)[], login: string): Credential | undefined {
  return secrets.find((credentials) => credentials?.has(login))?.get(login);
}

export function withCredential(secrets: readonly CredentialMap[], credential: Credential): Changes {
  const { login } = credential;
  const changed = secrets.map((credentials) => new Map([...credentials, [login, credential]]));
  const home = secrets.findIndex((credentials) => credentials.has(login));
  const index = home >= 0 ? home : changed.findIndex(hasRoomForNew);
  const contents = changed[index];
  if (contents === undefined) {
    throw new PermanentFault(
      'no secret of passwords has room for another login: raise credential_secrets for the stack, deploy it, and try again',
    );
  }
  if (!fits(contents)) {
    throw new PermanentFault(
      `the secret where the passwords of ${login} lie is full: remove one of its passwords, or remove the account and add it again`,
    );
  }
  return new Map([[index, contents]]);
}

/** Empty if there was none. */
export function withoutLogin(secrets: readonly CredentialMap[], login: string): Changes {
  const changes = new Map<number, CredentialMap>();
  for (const [index, credentials] of secrets.entries()) {
    if (!credentials.has(login)) continue;
    changes.set(index, new Map([...credentials].filter(([each]) => each !== login)));
  }
  return changes;
}
