// The TLS certificate of the listener, wherever it is kept, and who makes it (functions/certificate).
//
// Durable on return: `put`, `putAccount`; neither touches what the other keeps, and a reader sees all of a change or nothing.
// One writer at a time is assumed. May be repeated: everything. Faults: TemporaryFault, PermanentFault.

export type CertificatePair = {
  /** PEM: the certificate, then its chain. */
  readonly cert: string;
  /** PEM, PKCS#8, without a passphrase. */
  readonly key: string;
  /** The directory URL of the ACME authority that it is from. */
  readonly authority?: string;
};

/** One pair for each kind of key, ECDSA first. */
export type CertificatePairs = readonly CertificatePair[];

/** An account belongs to one authority; another authority gets an account of its own. */
export type AuthorityAccount = {
  /** The authority's directory URL. */
  readonly authority: string;
  /** PEM, PKCS#8. */
  readonly key: string;
};

export interface Certificates {
  /** Undefined until there is one. */
  current(): Promise<CertificatePairs | undefined>;
  put(pairs: CertificatePairs): Promise<void>;
  /** Undefined until there is one. */
  account(): Promise<AuthorityAccount | undefined>;
  putAccount(account: AuthorityAccount): Promise<void>;
}
