// The logins for relayhost on AWS: a secret that holds the text of the file that smtp_sasl_password_maps names elsewhere. It is read
// again once a minute, when it is asked for; an outage keeps what was read before. No value, or an empty one: no login.
// Faults where nothing was ever read: faults.ts.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { VersionedSecret } from './versioned-secret.ts';

/** Milliseconds. */
const KEPT = 60 * 1000;

type RelayhostPasswordsOptions = {
  readonly client: SecretsManagerClient;
  readonly secret: string;
  /** Milliseconds. */
  readonly now: () => number;
};

export function createRelayhostPasswords({
  client,
  secret: id,
  now,
}: RelayhostPasswordsOptions): () => Promise<string | undefined> {
  const secret = new VersionedSecret(client, id);
  let last: { readonly asked: number; readonly text: Promise<string | undefined> } | undefined;

  async function read(before: Promise<string | undefined> | undefined): Promise<string | undefined> {
    try {
      return (await secret.read()).text;
    } catch (fault) {
      if (before !== undefined) return before;
      last = undefined;
      throw fault;
    }
  }

  return () => {
    if (last === undefined || now() - last.asked >= KEPT) last = { asked: now(), text: read(last?.text) };
    return last.text;
  };
}
