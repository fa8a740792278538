// The bell at the queue's door: it tells whoever delivers that entries may have become due. A queue rings it at every flush,
// release and enqueue (but of what goes on hold), behind the change. A ring may be heard twice, late or never: the queue's records
// are the truth, and what was missed is rung again (functions/qmgr) or looked for (functions/deliver).

/** Where deliveries are asked for, when they run elsewhere: SQS. */
export interface Doorbell {
  /** Faults: TemporaryFault; some of the ids may have been rung all the same. */
  ring(ids: readonly string[]): Promise<void>;
  /** About how many rings wait to be heard. */
  waiting(): Promise<number>;
}

/** How a deliver that runs all the time hears of what is due. */
export interface Bell {
  /** Calls `listener` soon after something may have become due, whoever caused it. Returns the function that ends it. */
  onBell(listener: () => void): () => void;
  /** When a claim may next find something (ms): an entry is due, or a due entry's lease ends. Undefined if nothing is queued. */
  nextDue(): Promise<number | undefined>;
}
