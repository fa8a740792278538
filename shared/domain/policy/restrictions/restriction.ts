// What one restriction is asked, and what it may say: access(5)'s actions, as far as they are needed.

import type { Reply } from '../../smtp/reply.ts';
import type { PolicyRequest, Stage } from '../request.ts';

/** What had to be looked up before judging. */
export type PolicyFacts = {
  /** The client is in mynetworks. */
  readonly insideNetwork: boolean;
  /** The logins that own the sender address; undefined where nobody owns it. */
  readonly senderOwners: readonly string[] | undefined;
  /** Domains this relay takes mail for, whoever sends it: mydestination and relay_domains, lower case. */
  readonly destinations: readonly string[];
};

export type Question = {
  readonly stage: Stage;
  readonly request: PolicyRequest;
  /** Empty where the question comes before RCPT (smtpd_delay_reject = no). */
  readonly recipient: string;
  readonly facts: PolicyFacts;
};

/** dunno: the next restriction decides. permit: the list ends here. hold: go on, and the message waits. A reply refuses. */
export type Action = 'dunno' | 'permit' | 'hold' | Reply;

export type Restriction = (question: Question) => Action;
