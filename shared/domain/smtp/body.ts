// The bytes behind DATA (RFC 5321 §4.1.1.4, §4.5.2): finds the one end, CRLF.CRLF, takes the stuffed dots off, and lets
// nothing but CRLF line ends through: a bare LF becomes CRLF and a bare CR a blank, as Postfix normalises them, so that no
// next hop can see a second message (CVE-2023-51764). Searches are native; a clean chunk passes through uncopied, and the
// cost is linear in the bytes whatever they are.

const END = '\r\n.\r\n';
const BARE = /\r(?!\n)|(?<!\r)\n/;
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
    const isClean = !text.includes('\n.') && !BARE.test(text) && text.length >= carry.length;
    if (!isClean) return [normalise(Buffer.from(text, 'latin1')).subarray(borrowed)];
    const clean = chunk.subarray(0, text.length - carry.length);
    return carry.length === borrowed ? [clean] : [Buffer.from(carry.slice(borrowed), 'latin1'), clean];
  }
}

const LF = 10;
const CR = 13;
const BLANK = 32;
const DOT = 46;

/** What a native search has found unclean, byte by byte: dense dots or bare line ends must not cost a search each. */
function normalise(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  let atLineStart = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === LF) {
      if (bytes[i - 1] !== CR) out[length++] = CR;
      out[length++] = LF;
    } else if (byte === CR && bytes[i + 1] !== LF) {
      out[length++] = BLANK;
    } else if (!(byte === DOT && atLineStart)) {
      out[length++] = byte;
    }
    atLineStart = byte === LF;
  }
  return out.subarray(0, length);
}
