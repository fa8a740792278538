// One message on its way to the spool: counted, and never held whole. It owns the body's writer until the message is stored or
// discarded, one of which must happen.

import { HopCounter } from '#shared/domain/message/hops.ts';
import type { BodyWriter } from '#shared/ports/spool.ts';

export class IncomingMessage {
  readonly queueId: string;
  readonly #writer: BodyWriter;
  readonly #sizeLimit: number;
  readonly #hops = new HopCounter();
  #received = 0;
  #stored: number;

  /** `trace` is what stands on top of the message. `sizeLimit`: octets, of the message as the client sent it. */
  constructor(queueId: string, writer: BodyWriter, trace: string, sizeLimit: number) {
    this.queueId = queueId;
    this.#writer = writer;
    this.#sizeLimit = sizeLimit;
    const header = Buffer.from(trace, 'latin1');
    this.#stored = header.length;
    void writer.write(header);
  }

  /** Takes the next decoded pieces; a promise asks to wait before more. */
  write(pieces: readonly Buffer[]): Promise<void> | undefined {
    let ready: Promise<void> | undefined;
    for (const piece of pieces) {
      const wasTooBig = this.tooBig;
      this.#received += piece.length;
      if (!this.tooBig) {
        this.#hops.push(piece);
        this.#stored += piece.length;
        ready = this.#writer.write(piece) ?? ready;
      } else if (!wasTooBig) {
        ready = this.#writer.discard();
      }
    }
    return ready;
  }

  /** Octets of the body in the spool. */
  get size(): number {
    return this.#stored;
  }

  get tooBig(): boolean {
    return this.#received > this.#sizeLimit;
  }

  hops(): number {
    return this.#hops.finish();
  }

  seal(): Promise<void> {
    return this.#writer.seal();
  }

  discard(): Promise<void> {
    return this.#writer.discard();
  }
}
