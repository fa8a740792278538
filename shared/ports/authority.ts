// Who issues certificates for our names: an ACME authority (RFC 8555), which wants to see a TXT record in their zone (DNS-01).
//
// May be repeated: everything, but authorities count orders and failures and refuse whoever asks too often. Whoever calls checks
// what is issued. Faults: TemporaryFault with the authority's own words, whatever it is: it is asked again at the next run.

/** How control of a name is shown. */
export type Challenges = {
  /** Resolves when the zone answers with the TXT value at `_acme-challenge.NAME`. */
  publish(name: string, value: string): Promise<void>;
  /** Called behind every `publish`, also when the order failed. Rejects never. */
  withdraw(name: string, value: string): Promise<void>;
};

export type Order = {
  /** PEM, PKCS#8. The account is registered if the authority does not know it. */
  readonly accountKey: string;
  readonly names: readonly string[];
  /** PEM, PKCS#8: the certificate's key, which never leaves this process. */
  readonly key: string;
  readonly challenges: Challenges;
};

/** Where the authority wants accounts to be bound to one that it has by other ways (RFC 8555 §7.3.4). */
export type ExternalAccount = {
  readonly kid: string;
  /** base64url. */
  readonly hmacKey: string;
};

export interface Authority {
  /** Its directory URL, which names it. */
  readonly directory: string;
  /** PEM: the certificate, then its chain. */
  issue(order: Order): Promise<string>;
}
