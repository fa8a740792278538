// The certificate in Secrets Manager: one secret, `{"version":1,"pairs":[{"cert":PEM,"key":PEM}]}`. Nothing is kept in memory: the
// listener asks every some minutes. Faults: faults.ts; a value that is something else is a PermanentFault.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CertificatePair, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import { damaged, parseSecretRecord } from './secret-record.ts';
import { VersionedSecret } from './versioned-secret.ts';

const VERSION = 1;

export class SecretCertificates implements Certificates {
  readonly #secret: VersionedSecret;

  constructor({ client, secret }: { client: SecretsManagerClient; secret: string }) {
    this.#secret = new VersionedSecret(client, secret);
  }

  async current(): Promise<CertificatePairs | undefined> {
    const record = parseSecretRecord(await this.#secret.read(), VERSION, this.#secret.id);
    if (record === undefined) return undefined;
    const { pairs } = record as { pairs?: unknown };
    if (!Array.isArray(pairs) || pairs.length === 0 || !pairs.every(isPair)) throw damaged(this.#secret.id);
    return pairs;
  }

  put(pairs: CertificatePairs): Promise<void> {
    return this.#secret.put(JSON.stringify({ version: VERSION, pairs }));
  }
}

function isPair(pair: unknown): pair is CertificatePair {
  const { cert, key } = (pair ?? {}) as Record<string, unknown>;
  return typeof cert === 'string' && typeof key === 'string';
}
