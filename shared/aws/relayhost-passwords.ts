// The logins for relayhost on AWS: a secret that holds the text of the file that smtp_sasl_password_maps names elsewhere. It is read
// again once a minute, when it is asked for; an outage keeps what was read before. A secret that nobody has filled yet is a temporary fault: without a login
// the mail would be refused for good. Faults where nothing was ever read: faults.ts.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { VersionedSecret } from './versioned-secret.ts';

/** Milliseconds. */
const KEPT = 60 * 1000;
/** As the stack makes it. */
const UNFILLED = /^\s*(\{\}\s*)?$/;

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
}: RelayhostPasswordsOptions): () => Promise<string> {
  const secret = new VersionedSecret(client, id);
  let last: { readonly asked: number; readonly text: Promise<string> } | undefined;

  async function read(before: Promise<string> | undefined): Promise<string> {
    try {
      const { text } = await secret.read();
      if (text === undefined || UNFILLED.test(text))
        throw new TemporaryFault(`the secret ${id} holds no passwords for relayhost yet: put them there`);
      return text;
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
