// How often a message has been relayed: its Received fields (RFC 5321 §6.3). Looks at the header section only, in
// whatever pieces it comes; a piece never splits a CRLF.

const RECEIVED = /^received[ \t]*:/gim;
const BLANK_LINE = '\r\n\r\n';
/** Enough of an unfinished line to see what field it is. */
const LINE_START = 64;

export class HopCounter {
  #hops = 0;
  #unfinished = '\r\n';
  #headerIsOver = false;

  push(piece: Buffer): void {
    if (this.#headerIsOver) return;
    // A body becomes no text.
    const blankLine = piece.indexOf(BLANK_LINE);
    const text =
      this.#unfinished + piece.toString('latin1', 0, blankLine === -1 ? piece.length : blankLine + BLANK_LINE.length);
    const end = text.indexOf(BLANK_LINE);
    this.#headerIsOver = end !== -1;
    const finished = this.#headerIsOver ? end : text.lastIndexOf('\r\n');
    this.#count(text.slice(0, finished));
    this.#unfinished = text.slice(finished, finished + LINE_START);
  }

  /** The hops of the whole message, which may be all header. */
  finish(): number {
    if (!this.#headerIsOver) this.#count(this.#unfinished);
    this.#headerIsOver = true;
    return this.#hops;
  }

  #count(lines: string): void {
    this.#hops += lines.match(RECEIVED)?.length ?? 0;
  }
}
