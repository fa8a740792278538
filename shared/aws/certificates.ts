// The certificate in Secrets Manager: one secret, `{"version":1,"pairs":[{"cert":PEM,"key":PEM}],"account":{…}}`, where either may
// be missing. Nothing is kept in memory: the listener asks every some minutes. A change is read, made and put, so that a reader
// sees all of it or nothing; two writers at once could lose one's change. Faults: faults.ts; a value that is something else is a
// PermanentFault.

import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AuthorityAccount, CertificatePair, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import { damaged, parseSecretRecord } from './secret-record.ts';
import { VersionedSecret } from './versioned-secret.ts';

const VERSION = 1;

type Kept = { readonly pairs?: CertificatePairs; readonly account?: AuthorityAccount };

export class SecretCertificates implements Certificates {
  readonly #secret: VersionedSecret;

  constructor({ client, secret }: { client: SecretsManagerClient; secret: string }) {
    this.#secret = new VersionedSecret(client, secret);
  }

  async current(): Promise<CertificatePairs | undefined> {
    return (await this.#read()).pairs;
  }

  put(pairs: CertificatePairs): Promise<void> {
    return this.#change({ pairs });
  }

  async account(): Promise<AuthorityAccount | undefined> {
    return (await this.#read()).account;
  }

  putAccount(account: AuthorityAccount): Promise<void> {
    return this.#change({ account });
  }

  async #read(): Promise<Kept> {
    const record = parseSecretRecord(await this.#secret.read(), VERSION, this.#secret.id);
    if (record === undefined) return {};
    if (!isKept(record)) throw damaged(this.#secret.id);
    return record;
  }

  async #change(change: Kept): Promise<void> {
    await this.#secret.put(JSON.stringify({ version: VERSION, ...(await this.#read()), ...change }));
  }
}

function isKept(record: { readonly pairs?: unknown; readonly account?: unknown }): record is Kept {
  const { pairs, account } = record;
  const isCertificate = Array.isArray(pairs) && pairs.length > 0 && pairs.every(isPair);
  if (pairs === undefined) return isAccount(account);
  return isCertificate && (account === undefined || isAccount(account));
}

function isPair(pair: unknown): pair is CertificatePair {
  const { cert, key } = (pair ?? {}) as Record<string, unknown>;
  return typeof cert === 'string' && typeof key === 'string';
}

function isAccount(account: unknown): account is AuthorityAccount {
  const { authority, key } = (account ?? {}) as Record<string, unknown>;
  return typeof authority === 'string' && typeof key === 'string';
}
