// The authority by ACME (RFC 8555), spoken by acme-client: account, order, DNS-01 challenge, certificate. It waits for the
// authority no longer than the program may run. Everything that goes wrong is a TemporaryFault with the problem's detail.

import { axios, Client, crypto } from 'acme-client';
import type { Authority, ExternalAccount, Order } from '#shared/ports/authority.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';

export type AcmeOptions = {
  /** URL. */
  readonly directory: string;
  /** Where the authority writes to about the account. */
  readonly email?: string | undefined;
  /** Read only when an order is made. */
  readonly externalAccount?: (() => Promise<ExternalAccount>) | undefined;
  /** Milliseconds between two looks whether the authority is done: at first, then twice as long each time up to the last. */
  readonly looks?: { readonly first: number; readonly last: number };
};

/** Milliseconds for one request. */
const REQUEST_TIMEOUT = 30_000;
/** Two minutes with the looks below, which is what the slowest authorities want (ACM's). */
const LOOKS = 10;

// acme-client repeats a request as long and as late as Retry-After says, be it hours, and then tells of a TypeError in the place of
// what happened. The next run is our retry.
axios.interceptors.request.clear();
axios.interceptors.response.clear();
axios.defaults.timeout = REQUEST_TIMEOUT;

export function createAcmeAuthority({
  directory,
  email,
  externalAccount,
  looks = { first: 2000, last: 20_000 },
}: AcmeOptions): Authority {
  async function issue({ accountKey, names, key, challenges }: Order): Promise<string> {
    const client = new Client({
      directoryUrl: directory,
      accountKey,
      ...(externalAccount === undefined ? {} : { externalAccountBinding: await externalAccount() }),
      backoffAttempts: LOOKS,
      backoffMin: looks.first,
      backoffMax: looks.last,
    });
    const [, request] = await crypto.createCsr({ altNames: [...names] }, key);
    return client.auto({
      csr: request,
      ...(email === undefined ? {} : { email }),
      termsOfServiceAgreed: true,
      challengePriority: ['dns-01'],
      // `publish` resolves when the zone's own name servers answer.
      skipChallengeVerification: true,
      async challengeCreateFn({ identifier }, { type }, value) {
        if (type !== 'dns-01') throw new Error(`the authority offers no dns-01 challenge for ${identifier.value}`);
        await challenges.publish(identifier.value, value);
      },
      challengeRemoveFn: ({ identifier }, _challenge, value) => challenges.withdraw(identifier.value, value),
    });
  }

  return {
    directory,
    async issue(order) {
      try {
        return await issue(order);
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        throw new TemporaryFault(`${directory}: ${words}`, { cause: error });
      }
    },
  };
}
