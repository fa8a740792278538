// The TLS certificate of the listener, wherever it is kept, and who makes it.
//
// Durable on return: `put`. May be repeated: everything. Faults: TemporaryFault.

export type CertificatePair = {
  /** PEM: the certificate, then its chain. */
  readonly cert: string;
  /** PEM, PKCS#8, without a passphrase. */
  readonly key: string;
};

/** One pair for each kind of key, ECDSA first. */
export type CertificatePairs = readonly CertificatePair[];

export interface Certificates {
  /** Undefined until there is one. */
  current(): Promise<CertificatePairs | undefined>;
  put(pairs: CertificatePairs): Promise<void>;
}
