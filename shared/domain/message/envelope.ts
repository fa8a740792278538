// The SMTP envelope (RFC 5321 §2.3.1): who sends and who gets it, apart from what the headers say, and what the sender wants
// to hear of its delivery (RFC 3461).

export type Envelope = {
  /** The reverse path without angle brackets; empty for the null sender. */
  readonly sender: string;
  /** The forward paths, in the order of RCPT. */
  readonly recipients: readonly Recipient[];
  /** RFC 6152. */
  readonly bodyType: '7BIT' | '8BITMIME';
  readonly dsn?: MessageDsn;
};

export type Recipient = {
  /** Without angle brackets. */
  readonly address: string;
  readonly dsn?: RecipientDsn;
};

/** What MAIL asked for; never empty. */
export type MessageDsn = {
  /** How much of the message a notification brings back. */
  readonly ret?: 'FULL' | 'HDRS';
  /** The sender's own id of the message, as xtext. */
  readonly envid?: string;
};

export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** What RCPT asked for; never empty. */
export type RecipientDsn = {
  /** NEVER stands alone. */
  readonly notify?: readonly Notify[];
  /** The address as the sender first had it: its type, a semicolon, and xtext. */
  readonly orcpt?: string;
};
