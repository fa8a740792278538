import { SecretCredentials } from '#shared/aws/credentials.ts';
import { secretsFor } from '../aws/support/secrets.ts';
import { credentialsContract } from './credentials.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

for (const started of [true, false]) {
  credentialsContract(`AWS (Secrets Manager, ${started ? 'listener' : 'tool'})`, async (t) => {
    const { aws, client } = await secretsFor(t);
    const secrets = [aws.store.add('passwords', '{}')];
    const credentials = new SecretCredentials({
      client: client(),
      secrets,
      refreshTime: 60_000,
      now: Date.now,
      log: silent,
    });
    if (started) await credentials.start();
    t.after(() => credentials.stop());
    return credentials;
  });
}
