// One SASL exchange (RFC 4422, RFC 4954 §4) as a value: what the client has said so far, and what it says next.
// It never looks an account up: it ends in an attempt, which whoever holds the credentials checks.

/** A login that is ready to be checked. */
export type LoginAttempt =
  | { readonly mechanism: 'PLAIN' | 'LOGIN'; readonly login: string; readonly password: string }
  | { readonly mechanism: 'CRAM-MD5'; readonly login: string; readonly challenge: string; readonly digest: string };

export type SaslStep =
  /** Send this challenge; the answer goes to `next`. */
  | { readonly kind: 'challenge'; readonly challenge: Buffer; readonly next: Exchange }
  | { readonly kind: 'attempt'; readonly attempt: LoginAttempt }
  /** The response does not follow the mechanism's syntax. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** Takes the client's next response, decoded; undefined where it sent no initial response. */
export type Exchange = (response: Buffer | undefined) => SaslStep;
