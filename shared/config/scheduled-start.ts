// What a schedule says to the program that it starts: infra writes it, and the programs read it.

export type ScheduledStart = {
  /** The time that was meant, as RFC 3339. */
  readonly time: string;
};
