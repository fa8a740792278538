// The verifiers of every account's passwords.
//
// Reads may be up to a minute old (an outage behind this port must not lock out who is known); a change made in this process
// is seen by it at once. Durable on return: every change. May be repeated: everything. Faults: TemporaryFault.

import type { Credential } from '#shared/domain/sasl/credential.ts';

export interface Credentials {
  find(login: string): Promise<Credential | undefined>;
  put(credential: Credential): Promise<void>;
  /** False if there was none. */
  remove(login: string): Promise<boolean>;
}
