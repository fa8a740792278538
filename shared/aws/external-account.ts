// The external account that our account at a certificate authority is bound to, from the secret that the operator made of what the
// authority told them: `{"kid":…,"hmacKey":…}`. Never written here. Faults: faults.ts; another value is a PermanentFault, which says
// the shape that is wanted and nothing of the value.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ExternalAccount } from '#shared/ports/authority.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import { VersionedSecret } from './versioned-secret.ts';

export async function readExternalAccount(client: SecretsManagerClient, secret: string): Promise<ExternalAccount> {
  const { text = '' } = await new VersionedSecret(client, secret).read();
  const account = parse(text);
  if (account === undefined)
    throw new PermanentFault(`the secret ${secret} must be {"kid": "…", "hmacKey": "…"}, as the authority gave them`);
  return account;
}

function parse(text: string): ExternalAccount | undefined {
  try {
    const { kid, hmacKey } = JSON.parse(text) as Record<string, unknown>;
    return typeof kid === 'string' && typeof hmacKey === 'string' ? { kid, hmacKey } : undefined;
  } catch {
    return undefined;
  }
}
