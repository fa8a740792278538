// A message's bytes. Behind DATA (RFC 5321 §4.1.1.4, §4.5.2) BodyDecoder finds the one end, CRLF.CRLF, and takes the stuffed dots
// off; behind BDAT (RFC 3030), whose octets were counted, ChunkDecoder has nothing to look for. Neither lets anything but CRLF
// line ends through: a bare LF becomes CRLF and a bare CR a blank, as Postfix normalises them, so that no
// next hop can see a second message (CVE-2023-51764). It makes no strings: a large body must not fill the heap with copies of
// itself. A clean chunk passes through uncopied, stuffed dots are taken off in place, and the cost is linear in the bytes whatever they are.

const CR = 13;
const LF = 10;
const BLANK = 32;
const DOT = 46;

const NOTHING = Buffer.alloc(0);
/** The line end of the DATA command: a dot at once ends an empty message. It means nothing to what begins otherwise. */
const BEFORE_BODY = Buffer.from('\r\n');
/** A chunk's last bytes that only the next chunk explains: the beginning of CRLF.CRLF, or a bare LF before a dot. */
const UNDECIDED = /(?:\r\n\.\r|\r\n\.|\r\n|\r|\n)$/;
/** Octets in which a chunk nearly always explains what was left of the last one. */
const EXPLANATION = 8;

export class BodyDecoder {
  #carry: Buffer = BEFORE_BODY;
  /** Octets of the carry that are no part of the body. */
  #borrowed = BEFORE_BODY.length;
  /** Whether a line ended in an LF alone. */
  bareLf = false;

  /**
   * Decodes the next chunk, and may do so in its own memory: it must not be used for anything else. `pieces` are the body's next
   * bytes, in order; `rest` is what follows the final dot, and ends the body: the decoder must not be used any more.
   */
  push(chunk: Buffer): { pieces: Buffer[]; rest?: Buffer } {
    if (this.#carry === BEFORE_BODY && chunk.length > 0 && chunk[0] !== DOT) {
      this.#carry = NOTHING;
      this.#borrowed = 0;
    }
    if (this.#carry.length === 0) return this.#take(chunk);
    // Only the few bytes around the border are copied.
    const border = explainedAt(this.#carry, chunk);
    const isExplained = border < chunk.length;
    const head = this.#take(Buffer.concat([this.#carry, chunk.subarray(0, border)]), isExplained);
    if (head.rest !== undefined) return { ...head, rest: chunk.subarray(border - head.rest.length) };
    if (!isExplained) return head;
    const { pieces, rest } = this.#take(chunk.subarray(border));
    return { pieces: [...head.pieces, ...pieces], ...(rest !== undefined && { rest }) };
  }

  /** `isExplained`: what follows changes nothing in how these bytes are read. */
  #take(bytes: Buffer, isExplained = false): { pieces: Buffer[]; rest?: Buffer } {
    const undecided = isExplained ? '' : undecidedOf(bytes);
    const decoded = clean(bytes, bytes.length - undecided.length, true);
    this.bareLf ||= decoded.bareLf;
    const piece = decoded.bytes.subarray(this.#borrowed);
    if (decoded.bytes.length > 0) this.#borrowed = 0;
    const pieces = piece.length === 0 ? [] : [piece];
    if (decoded.end !== undefined) return { pieces, rest: bytes.subarray(decoded.end) };
    this.#carry = Buffer.from(undecided, 'latin1');
    return { pieces };
  }
}

function undecidedOf(bytes: Buffer): string {
  return UNDECIDED.exec(bytes.subarray(-4).toString('latin1'))?.[0] ?? '';
}

/** How many octets of `chunk` are read with the `carry` before it; then the rest can be read without. */
function explainedAt(carry: Buffer, chunk: Buffer): number {
  const text = Buffer.concat([carry, chunk.subarray(0, EXPLANATION)]).toString('latin1');
  for (let at = carry.length; at < text.length; at++) {
    if (!/[\r\n.]/.test(text.charAt(at)) || !UNDECIDED.test(text.slice(0, at))) return at - carry.length;
  }
  return chunk.length;
}

/** The octets of a message's chunks, one after the other: where a chunk ends means nothing. */
export class ChunkDecoder {
  /** The last octet was a CR, and only the next one says whether it ends a line. */
  #heldCr = false;
  #atLineStart = true;
  /** Whether a line ended in an LF alone. */
  bareLf = false;

  push(octets: Buffer): Buffer[] {
    if (octets.length === 0) return [];
    const bytes = this.#heldCr ? Buffer.concat([CR_ALONE, octets]) : octets;
    this.#heldCr = bytes.at(-1) === CR;
    const decided = this.#heldCr ? bytes.subarray(0, -1) : bytes;
    if (decided.length === 0) return [];
    this.#atLineStart = decided.at(-1) === LF;
    const decoded = clean(decided, decided.length, false);
    this.bareLf ||= decoded.bareLf;
    return [decoded.bytes];
  }

  /** What makes the last line whole, behind the last chunk. */
  finish(): Buffer[] {
    return this.#heldCr || !this.#atLineStart ? [Buffer.from('\r\n')] : [];
  }
}

const CR_ALONE = Buffer.from('\r');

/** `end`: where what follows the final dot begins, if it was found. */
type Decoded = { readonly bytes: Buffer; readonly bareLf: boolean; readonly end?: number };

/** `length`: how many of the `bytes` are decoded; those behind only say what these mean. */
function clean(bytes: Buffer, length: number, stuffed: boolean): Decoded {
  const decided = bytes.subarray(0, length);
  const cleanLength = cleanLengthOf(decided, stuffed);
  return cleanLength === length ? { bytes: decided, bareLf: false } : normalise(bytes, cleanLength, length, stuffed);
}

/** How many octets may stay as they are: every CR and LF is half of a CRLF and, where dots are `stuffed`, no line begins with one. */
function cleanLengthOf(bytes: Buffer, stuffed: boolean): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  for (let i = nextControl(view, 0, length); i < length; i = nextControl(view, i, length)) {
    const octet = bytes[i];
    if (octet !== CR && octet !== LF) i += 1;
    else if (octet === CR && bytes[i + 1] === LF && !(stuffed && bytes[i + 2] === DOT)) i += 2;
    else return i;
  }
  return length;
}

/** Where the next octet of at most CR is, or the end: eight at a time, since nearly all are text. */
function nextControl(view: DataView, from: number, length: number): number {
  let at = from;
  while (at + 8 <= length && !hasControl(view.getInt32(at, true)) && !hasControl(view.getInt32(at + 4, true))) at += 8;
  while (at < length && view.getUint8(at) > CR) at += 1;
  return at;
}

/** Whether one of four octets is at most CR: taking away CR + 1 borrows from its highest bit, which it did not have. */
function hasControl(octets: number): boolean {
  return ((octets - 0x0e0e0e0e) & ~octets & 0x80808080) !== 0;
}

/**
 * From `start` on, and up to the final dot. In the memory of `bytes`, since new memory costs more than the work; but for a bare LF,
 * which makes a message longer.
 */
function normalise(bytes: Buffer, start: number, stop: number, stuffed: boolean): Decoded {
  let out = bytes;
  let length = start;
  let before = bytes[start - 1] ?? 0;
  let lastBareLf = -1;
  for (let i = start; i < stop; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === LF && before !== CR) {
      if (lastBareLf === -1) out = withRoom(bytes, length, 2 * (stop - i));
      lastBareLf = i;
      out[length++] = CR;
    } else if (byte !== LF && before === CR) {
      out[length - 1] = BLANK;
    }
    if (!(stuffed && byte === DOT && before === LF)) out[length++] = byte;
    else if (bytes[i + 1] === CR && bytes[i + 2] === LF && lastBareLf !== i - 1) {
      return { bytes: out.subarray(0, length), bareLf: lastBareLf !== -1, end: i + 3 };
    }
    before = byte;
  }
  if (before === CR) out[length - 1] = BLANK;
  return { bytes: out.subarray(0, length), bareLf: lastBareLf !== -1 };
}

function withRoom(bytes: Buffer, length: number, room: number): Buffer {
  const out = Buffer.allocUnsafe(length + room);
  bytes.copy(out, 0, 0, length);
  return out;
}
