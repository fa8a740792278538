// The bytes behind DATA (RFC 5321 §4.1.1.4, §4.5.2): finds the one end, CRLF.CRLF, takes the stuffed dots off, and lets
// nothing but CRLF line ends through: a bare LF becomes CRLF and a bare CR a blank, as Postfix normalises them, so that no
// next hop can see a second message (CVE-2023-51764). Searches are native; a clean chunk passes through uncopied, and the
// cost is linear in the bytes whatever they are.

const END = '\r\n.\r\n';
/** What keeps a chunk from passing through as it is: a bare CR, a bare LF, a line that begins with a dot. */
const UNCLEAN = /\r(?!\n)|(?<!\r)\n|\n\./;
const BARE_LF = /(?<!\r)\n/g;
const BARE_CR = /\r(?!\n)/g;
/** A chunk's last bytes that only the next chunk explains: the beginning of END, or a bare LF before a dot. */
const UNDECIDED = /(?:\r\n\.\r|\r\n\.|\r\n|\r|\n)$/;

export class BodyDecoder {
  // Before the body stands the line end of the DATA command: a dot at once ends an empty message.
  #carry = '\r\n';
  /** Octets of the carry that are no part of the body. */
  #borrowed = 2;

  /**
   * Decodes the next chunk. `pieces` are the body's next bytes, in order; `rest` is what follows the final dot, and ends
   * the body: the decoder must not be used any more.
   */
  push(chunk: Buffer): { pieces: Buffer[]; rest?: Buffer } {
    const carry = this.#carry;
    const text = carry + chunk.toString('latin1');
    const end = text.indexOf(END);
    if (end !== -1) {
      const rest = chunk.subarray(end + END.length - carry.length);
      return { pieces: this.#decode(text.slice(0, end + 2), carry, chunk), rest };
    }
    const undecided = UNDECIDED.exec(text.slice(-4))?.[0] ?? '';
    const pieces = this.#decode(text.slice(0, text.length - undecided.length), carry, chunk);
    this.#carry = undecided;
    return { pieces };
  }

  #decode(text: string, carry: string, chunk: Buffer): Buffer[] {
    if (text === '') return [];
    const borrowed = this.#borrowed;
    this.#borrowed = 0;
    if (UNCLEAN.test(text) || text.length < carry.length) {
      const lines = text.replace(BARE_LF, '\r\n').replace(BARE_CR, ' ').replaceAll('\r\n.', '\r\n');
      return [Buffer.from(lines.slice(borrowed), 'latin1')];
    }
    const clean = chunk.subarray(0, text.length - carry.length);
    return carry.length === borrowed ? [clean] : [Buffer.from(carry.slice(borrowed), 'latin1'), clean];
  }
}
