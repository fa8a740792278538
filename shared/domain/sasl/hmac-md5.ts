// HMAC-MD5 (RFC 2104) whose key can be forgotten: what is kept is MD5's state after the block of the inner and of the outer
// key. CRAM-MD5's digest can be checked with that, and neither the password nor anything that another mechanism would take
// can be read from it. MD5 (RFC 1321) is written out here because node:crypto neither exports nor takes such a state.

import { createHash } from 'node:crypto';

/** Octets of one block, and of one state. */
const BLOCK = 64;
const STATE = 16;

/** The inner and the outer state of a key: 16 + 16 bytes. */
export function hmacMd5State(key: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK);
  // RFC 2104 §2: a key longer than a block stands for its hash.
  (key.length > BLOCK ? createHash('md5').update(key).digest() : key).copy(block);
  const padded = (pad: number): Buffer => Buffer.from(block.map((byte) => byte ^ pad));
  return Buffer.concat([compress(INITIAL_STATE, padded(0x36)), compress(INITIAL_STATE, padded(0x5c))]);
}

/** The HMAC-MD5 of a message under the key that `state` was made of: 16 bytes. */
export function hmacMd5(state: Buffer, message: Buffer): Buffer {
  return finish(state.subarray(STATE), finish(state.subarray(0, STATE), message));
}

/** The digest of a message whose first block led to `state`, and of which `rest` is what follows. RFC 1321 §3.1, §3.2. */
function finish(state: Buffer, rest: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((rest.length + 9) / BLOCK) * BLOCK);
  rest.copy(padded);
  padded[rest.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(BLOCK + rest.length) * 8n, padded.length - 8);
  let digest = state;
  for (let at = 0; at < padded.length; at += BLOCK) digest = compress(digest, padded.subarray(at, at + BLOCK));
  return digest;
}

// RFC 1321 §3.3
const INITIAL_STATE = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');

type Round = {
  readonly mix: (b: number, c: number, d: number) => number;
  /** Which word of the block the step takes, modulo 16. */
  readonly word: (step: number) => number;
  /** How far each of four steps rotates. */
  readonly rotations: readonly number[];
};

// RFC 1321 §3.4
const ROUNDS: readonly Round[] = [
  { mix: (b, c, d) => (b & c) | (~b & d), word: (step) => step, rotations: [7, 12, 17, 22] },
  { mix: (b, c, d) => (b & d) | (c & ~d), word: (step) => 5 * step + 1, rotations: [5, 9, 14, 20] },
  { mix: (b, c, d) => b ^ c ^ d, word: (step) => 3 * step + 5, rotations: [4, 11, 16, 23] },
  { mix: (b, c, d) => c ^ (b | ~d), word: (step) => 7 * step, rotations: [6, 10, 15, 21] },
];

const STEPS = ROUNDS.flatMap(({ mix, word, rotations }, round) =>
  [0, 4, 8, 12].flatMap((base) =>
    rotations.map((rotation, i) => {
      const step = 16 * round + base + i;
      const sine = Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1)));
      return { mix, rotation, sine, offset: 4 * (word(step) % 16) };
    }),
  ),
);

function compress(state: Buffer, block: Buffer): Buffer {
  let a = state.readInt32LE(0);
  let b = state.readInt32LE(4);
  let c = state.readInt32LE(8);
  let d = state.readInt32LE(12);
  for (const { mix, rotation, sine, offset } of STEPS) {
    const sum = (a + mix(b, c, d) + sine + block.readInt32LE(offset)) | 0;
    const rotated = (sum << rotation) | (sum >>> (32 - rotation));
    [a, b, c, d] = [d, (b + rotated) | 0, b, c];
  }
  const next = Buffer.from(state);
  [a, b, c, d].forEach((word, i) => next.writeInt32LE((next.readInt32LE(4 * i) + word) | 0, 4 * i));
  return next;
}
