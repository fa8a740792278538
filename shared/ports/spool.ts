// Where message bodies lie between the 250 and the last delivery. A body is what goes out: the trace header, then the
// message as received, un-stuffed, CRLF line ends only.
//
// Durability: the spool and the queue are one promise. A body is durable at the latest when `Queue.enqueue` resolves for an
// entry that names it, whatever happens to the machine after that. A provider may therefore make it durable in `seal`
// (an object store) or together with the entry (one transaction). Both must be awaited, in this order, before a 250.
// Faults: TemporaryFault from every method that waits; a reader of a body that is gone gets `undefined`, not a fault.

export interface Spool {
  /** Starts a body under a queue id that no body has yet. Costs no I/O until something is written. */
  create(id: string): BodyWriter;
  /** The body, or undefined if there is none (its entry is then corrupt). */
  open(id: string): Promise<Body | undefined>;
}

/** For the sweep of bodies that a crash has left without an entry. */
export interface StoredBodies {
  /** Ids of the bodies that were sealed before `time` (ms). */
  before(time: number): AsyncIterable<string>;
  remove(ids: readonly string[]): Promise<void>;
}

export interface BodyWriter {
  /**
   * Takes ownership of the bytes. A returned promise asks the caller to wait (back-pressure) and never rejects; undefined means
   * go on. What goes wrong while writing, `seal` tells.
   */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Every byte is written. Nothing may be written after it. */
  seal(): Promise<void>;
  /**
   * Forgets the body: the client went away or the message was refused. Never throws. Behind `seal`, failed or not, a provider whose
   * queue may name the body all the same leaves it to the sweep.
   */
  discard(): Promise<void>;
}

export interface Body {
  /** Octets. */
  readonly size: number;
  /** Pieces of at most 64 KiB, in order. May be read once or many times. */
  chunks(): AsyncIterable<Buffer>;
}
