// How much may be sent: what the delivery service allows this account, and what is used of it.
//
// May be repeated, but not often: SES answers one such question a second. Faults: TemporaryFault when it does not answer,
// PermanentFault when it refuses.

export interface SendingQuota {
  current(): Promise<Quota>;
}

export type Quota = {
  /** Recipients in 24 hours; Infinity where there is no limit. */
  readonly max24Hours: number;
  /** Recipients in the 24 hours before now. */
  readonly sent24Hours: number;
  /** Recipients a second. */
  readonly maxRate: number;
  /** False while the service holds the account back. */
  readonly sendingEnabled: boolean;
};
