// The SMTP envelope (RFC 5321 §2.3.1): who sends and who gets it, apart from what the headers say.

export type Envelope = {
  /** The reverse path without angle brackets; empty for the null sender. */
  readonly sender: string;
  /** The forward paths without angle brackets, in the order of RCPT. */
  readonly recipients: readonly string[];
  /** RFC 6152. */
  readonly bodyType: '7BIT' | '8BITMIME';
};
