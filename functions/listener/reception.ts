// Octets of a message on their way from the socket to the decoder: until the final dot behind DATA, or as many as a BDAT said.
// Whoever feeds it gives all that has come, and gets back what belongs to the next command.

import { BodyDecoder, ChunkDecoder } from '#shared/domain/smtp/body.ts';
import type { Input } from '#shared/domain/smtp/session.ts';
import type { IncomingMessage } from './incoming.ts';

export type Received = {
  /** What follows the last octet; there only when that has come, and then nothing more may be pushed. */
  readonly rest?: Buffer;
  /** Asks to wait before more is pushed. */
  readonly ready?: Promise<void>;
};

export interface Reception {
  /** Undefined where the octets are thrown away. */
  readonly message: IncomingMessage | undefined;
  /** There is nothing to come: it wants one empty push. */
  readonly isEmpty: boolean;
  push(bytes: Buffer): Received;
  /** What the session hears when the last octet has come. */
  end(): Input;
}

function received(rest: Buffer | undefined, ready: Promise<void> | undefined): Received {
  return { ...(rest !== undefined && { rest }), ...(ready !== undefined && { ready }) };
}

function messageEnd(message: IncomingMessage, { bareLf }: { readonly bareLf: boolean }): Input {
  return { kind: 'messageEnd', hops: message.hops(), tooBig: message.tooBig, bareLf };
}

export class DottedBody implements Reception {
  readonly message: IncomingMessage;
  readonly isEmpty = false;
  readonly #decoder = new BodyDecoder();

  constructor(message: IncomingMessage) {
    this.message = message;
  }

  push(bytes: Buffer): Received {
    const { pieces, rest } = this.#decoder.push(bytes);
    return received(rest, this.message.write(pieces));
  }

  end(): Input {
    return messageEnd(this.message, this.#decoder);
  }
}

/** A message that comes in chunks: what lasts from one to the next. */
export class ChunkedMessage {
  readonly message: IncomingMessage;
  readonly decoder = new ChunkDecoder();

  constructor(message: IncomingMessage) {
    this.message = message;
  }
}

export class ChunkBody implements Reception {
  readonly message: IncomingMessage | undefined;
  readonly isEmpty: boolean;
  readonly #decoder: ChunkDecoder | undefined;
  readonly #last: boolean;
  #left: number;

  /** `of`: undefined where the octets are thrown away. */
  constructor({ octets, last }: { readonly octets: number; readonly last: boolean }, of: ChunkedMessage | undefined) {
    this.message = of?.message;
    this.isEmpty = octets === 0;
    this.#decoder = of?.decoder;
    this.#last = last;
    this.#left = octets;
  }

  push(bytes: Buffer): Received {
    const octets = bytes.subarray(0, this.#left);
    this.#left -= octets.length;
    const isWhole = this.#left === 0;
    const pieces = this.#decoder?.push(octets) ?? [];
    if (isWhole && this.#last) pieces.push(...(this.#decoder?.finish() ?? []));
    return received(isWhole ? bytes.subarray(octets.length) : undefined, this.message?.write(pieces));
  }

  end(): Input {
    if (!this.#last || this.message === undefined || this.#decoder === undefined) return { kind: 'chunkEnd' };
    return messageEnd(this.message, this.#decoder);
  }
}
