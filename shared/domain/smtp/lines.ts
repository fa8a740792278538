// Bytes into command lines. A line ends in LF; a CR before it belongs to the end (RFC 5321 §2.3.8 asks for CRLF, and
// Postfix takes a bare LF between commands too). What is left when the body or TLS begins is handed out as bytes.
// A line over the limit is skipped to its end and reported once, so memory stays bounded.

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);

export type Line =
  { readonly kind: 'line'; readonly text: string; readonly bareLf: boolean } | { readonly kind: 'tooLong' };

export class LineBuffer {
  #bytes: Buffer = NOTHING;
  #skipping = false;

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next whole line as latin1 text, if it is here. `limit`: octets, line end not counted. */
  next(limit: number): Line | undefined {
    const end = this.#bytes.indexOf(LF);
    if (end === -1) {
      if (this.#bytes.length > limit + 1) {
        this.#bytes = NOTHING;
        this.#skipping = true;
      }
      return undefined;
    }
    const bareLf = end === 0 || this.#bytes[end - 1] !== CR;
    const line = this.#bytes.toString('latin1', 0, bareLf ? end : end - 1);
    // An empty rest would keep its chunk in memory for as long as the client is silent.
    this.#bytes = end + 1 === this.#bytes.length ? NOTHING : this.#bytes.subarray(end + 1);
    const tooLong = this.#skipping || line.length > limit;
    this.#skipping = false;
    return tooLong ? { kind: 'tooLong' } : { kind: 'line', text: line, bareLf };
  }

  /** The line that `next` would give, left where it is; undefined if it is not here, over the limit, or does not end in CRLF. */
  peek(limit: number): string | undefined {
    const end = this.#bytes.indexOf(LF);
    if (end === -1 || end > limit || this.#bytes[end - 1] !== CR) return undefined;
    return this.#bytes.toString('latin1', 0, end);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** All bytes that are left. */
  take(): Buffer {
    const rest = this.#bytes;
    this.#bytes = NOTHING;
    this.#skipping = false;
    return rest;
  }
}
