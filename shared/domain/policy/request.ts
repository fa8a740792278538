// What policy is asked, once for each burst of recipients, and what it answers.

import type { Reply } from '../smtp/reply.ts';

/** The smtpd_…_restrictions lists, in their order. */
export const STAGES = ['client', 'helo', 'sender', 'relay', 'recipient'] as const;
export type Stage = (typeof STAGES)[number];

export type PolicyRequest = {
  /** Only these lists are asked; left out: all. */
  readonly stages?: readonly Stage[];
  /** The service's name in the settings: `smtp`, `submission`, `smtps`, … */
  readonly service: string;
  readonly client: { readonly address: string; readonly name: string };
  readonly helo: string;
  /** The authenticated login, `user@realm`. */
  readonly login?: string;
  readonly sender: string;
  /** The recipients of this burst, as typed. Before there is one: a single empty one, for a single verdict. */
  readonly recipients: readonly string[];
};

/** For one recipient. A refusal's reply is sent as it is. */
export type Verdict =
  | { readonly kind: 'permit'; /** The message goes on hold. */ readonly hold: boolean }
  | { readonly kind: 'refuse'; readonly reply: Reply };
