// One SASL exchange (RFC 4422, RFC 4954 §4) as a value: what the client has said so far, and what it says next.
// It never looks an account up: it ends in an attempt, which whoever holds the credentials checks.

/** A login that is ready to be checked. */
export type LoginAttempt =
  | { readonly mechanism: 'PLAIN' | 'LOGIN'; readonly login: string; readonly password: string }
  | { readonly mechanism: 'CRAM-MD5'; readonly login: string; readonly challenge: string; readonly digest: string }
  | ScramAttempt;

export type ScramAttempt = {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS';
  readonly login: string;
  /** RFC 5802 §3: what the client's proof and our signature are of. */
  readonly authMessage: string;
  /** 32 bytes. */
  readonly proof: Buffer;
};

/** RFC 5929, and RFC 9266 for TLS 1.3. */
export type ChannelBindingType = 'tls-exporter' | 'tls-unique' | 'tls-server-end-point';

/** What SCRAM needs from outside before it can ask for a proof. */
export type ScramBeginning = {
  /** Printable ASCII without a comma; at least 18 random bytes are in it, and no other exchange has it. */
  readonly nonce: string;
  /** The account's, or what stands in for it where there is none. */
  readonly salt: Buffer;
  readonly iterations: number;
  /** Undefined where the connection does not have the type that was asked for. */
  readonly channelBinding: Buffer | undefined;
};

export type SaslStep =
  /** Send this challenge; the answer goes to `next`. */
  | { readonly kind: 'challenge'; readonly challenge: Buffer; readonly next: Exchange }
  /** Find out what SCRAM's exchange begins with for this login; it goes to `next`. */
  | {
      readonly kind: 'beginning';
      readonly login: string;
      readonly binding?: ChannelBindingType;
      readonly next: (beginning: ScramBeginning) => SaslStep;
    }
  | { readonly kind: 'attempt'; readonly attempt: LoginAttempt }
  /** The attempt was right, and the client has heard it. */
  | { readonly kind: 'loggedIn'; readonly login: string }
  /** The response does not follow the mechanism's syntax. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** Takes the client's next response, decoded; undefined where it sent no initial response. */
export type Exchange = (response: Buffer | undefined) => SaslStep;
