// What one attempt meant for one recipient. Unknown failure is temporary, so a transport that cannot tell says `deferred`.

export type Outcome =
  /** The next hop has taken it; `response` is its word for it (an SMTP reply, an SES message id). */
  | { readonly kind: 'delivered'; readonly response: string }
  /** To be tried again. `scope: 'transport'` says that the next hop, not this recipient, is the trouble. */
  | {
      readonly kind: 'deferred';
      readonly status: string;
      readonly reason: string;
      readonly scope: 'recipient' | 'transport';
    }
  /** Refused for good. `status` is an enhanced status code (RFC 3463). */
  | { readonly kind: 'failed'; readonly status: string; readonly reason: string };
