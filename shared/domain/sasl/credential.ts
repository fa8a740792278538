// What is kept of an account's passwords: for each, a verifier for every mechanism that is announced, and never the password.
// All passwords of an account share one SCRAM salt and iteration count, since a SCRAM server must send them before it knows
// which password the client will use (RFC 5802 §5.1).

export type Verifier = {
  /** SCRAM-SHA-256 (RFC 5802 §3); PLAIN and LOGIN are checked against it too. 32 bytes. */
  readonly storedKey: Buffer;
  /** SCRAM-SHA-256's proof of the server to the client. 32 bytes. */
  readonly serverKey: Buffer;
  /** HMAC-MD5's inner and outer state after the key's block (RFC 2104 §4): 16 + 16 bytes, of use for CRAM-MD5 alone. */
  readonly cramMd5: Buffer;
};

export type Password = Verifier & {
  /** Unique within the account: `default`, or an app password's name. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
};

export type Credential = {
  readonly login: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly passwords: readonly Password[];
};
