// The ports of the certificate program in memory: what is kept, and a zone that tells its history.

import type { AuthorityAccount, CertificatePairs, Certificates } from '#shared/ports/certificates.ts';
import type { Zone } from '#shared/ports/zone.ts';

export class MemoryCertificates implements Certificates {
  pairs: CertificatePairs | undefined;
  kept: AuthorityAccount | undefined;
  puts = 0;

  async current(): Promise<CertificatePairs | undefined> {
    return this.pairs;
  }

  async put(pairs: CertificatePairs): Promise<void> {
    this.puts++;
    this.pairs = pairs;
  }

  async account(): Promise<AuthorityAccount | undefined> {
    return this.kept;
  }

  async putAccount(account: AuthorityAccount): Promise<void> {
    this.kept = account;
  }
}

export class MemoryZone implements Zone {
  /** `NAME TYPE` to its values. */
  readonly records = new Map<string, readonly string[]>();
  readonly history: string[] = [];

  async put(name: string, type: string, values: readonly string[]): Promise<void> {
    this.history.push(`put ${name} ${type}`);
    this.records.set(`${name} ${type}`, values);
  }

  async remove(name: string, type: string, values: readonly string[]): Promise<void> {
    this.history.push(`remove ${name} ${type}`);
    const key = `${name} ${type}`;
    if (this.records.get(key)?.join() === values.join()) this.records.delete(key);
  }
}
