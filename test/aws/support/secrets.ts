// A Secrets Manager for one test, and clients of it.

import type { TestContext } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from '#shared/aws/client-options.ts';
import { type SecretsStandIn, startSecretsManager } from '../../support/aws/secrets-manager.ts';

type Secrets = { readonly aws: SecretsStandIn; client(): SecretsManagerClient };

export async function secretsFor(t: TestContext): Promise<Secrets> {
  const aws = await startSecretsManager();
  t.after(() => aws.close());
  return {
    aws,
    client() {
      // One attempt: the SDK's own pauses between attempts are not what is tested.
      const client = new SecretsManagerClient(clientOptions(5000, aws.caller, 1));
      t.after(() => client.destroy());
      return client;
    },
  };
}
