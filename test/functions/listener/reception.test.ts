import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IncomingMessage } from '#functions/listener/incoming.ts';
import { ChunkBody, ChunkedMessage, DottedBody, type Reception } from '#functions/listener/reception.ts';
import type { Input } from '#shared/domain/smtp/session.ts';

const SIZE_LIMIT = 1000;

/** A message whose spool is an array. */
function newMessage(): { message: IncomingMessage; spooled: () => string } {
  const written: Buffer[] = [];
  const writer = {
    write: (chunk: Buffer): undefined => void written.push(chunk),
    seal: async () => {},
    discard: async () => {},
  };
  const message = new IncomingMessage('ID', writer, '', SIZE_LIMIT);
  return { message, spooled: () => Buffer.concat(written).toString('latin1') };
}

/** Gives what has come, `sizes` octets at a time, to the reception; says what is left behind its end. */
function feed(reception: Reception, bytes: Buffer, sizes: Iterator<number>): Buffer {
  let at = 0;
  for (;;) {
    const size = sizes.next().value as number;
    const { rest } = reception.push(bytes.subarray(at, reception.isEmpty ? at : at + size));
    at = Math.min(reception.isEmpty ? at : at + size, bytes.length);
    if (rest !== undefined) return Buffer.concat([rest, bytes.subarray(at)]);
    assert.ok(at < bytes.length, 'the reception has all that it was told of, and has not ended');
  }
}

function* cycle(sizes: readonly number[]): Generator<number> {
  for (;;) yield* sizes;
}

/** The same message cut into chunks, the last of which may be empty. */
function receiveChunks(
  content: Buffer,
  cuts: readonly number[],
  sizes: readonly number[],
): [string, Input | undefined] {
  const { message, spooled } = newMessage();
  const chunked = new ChunkedMessage(message);
  const ends = [...new Set(cuts.map((cut) => cut % (content.length + 1)).filter((cut) => cut > 0))].toSorted(
    (a, b) => a - b,
  );
  let bytes: Buffer = Buffer.concat([content, Buffer.from('NOOP\r\n')]);
  let at = 0;
  let end: Input | undefined;
  const turns = cycle(sizes);
  for (const until of [...ends, content.length]) {
    const last = at === until || until === content.length;
    const reception = new ChunkBody({ octets: until - at, last }, chunked);
    bytes = feed(reception, bytes, turns);
    end = reception.end();
    at = until;
    if (last) break;
  }
  assert.equal(bytes.toString('latin1'), 'NOOP\r\n');
  return [spooled(), end];
}

const content = fc
  .array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.\r\n', 'a', '\0', 'é'), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 });

test('wherever a message is cut into chunks, and however these arrive, the spool has the same', () => {
  fc.assert(
    fc.property(content, fc.array(fc.nat(200), { maxLength: 10 }), sizes, (octets, cuts, arriving) => {
      assert.deepEqual(receiveChunks(octets, cuts, arriving), receiveChunks(octets, [], [1000]));
    }),
    { numRuns: 2000 },
  );
});

test('of chunks, too, what leaves for the spool has CRLF line ends alone, and its last line has one', () => {
  fc.assert(
    fc.property(content, (octets) => {
      const [spooled] = receiveChunks(octets, [], [1000]);
      assert.doesNotMatch(spooled, /\r(?!\n)|(?<!\r)\n/);
      assert.match(spooled, /^$|\r\n$/);
    }),
    { numRuns: 2000 },
  );
});

test('in chunks a dot means nothing', () => {
  const [spooled, end] = receiveChunks(Buffer.from('..a\r\n.\r\nb\r\n'), [2, 6, 7], [3]);
  assert.equal(spooled, '..a\r\n.\r\nb\r\n');
  assert.deepEqual(end, { kind: 'messageEnd', hops: 0, tooBig: false, bareLf: false });
});

test('a message of chunks and one of dots are the same in the spool', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('.', 'a', ' ') }), { minLength: 1 }), (lines) => {
      const whole = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
      const { message, spooled } = newMessage();
      const dotted = new DottedBody(message);
      const stuffed = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('');
      feed(dotted, Buffer.from(`${stuffed}.\r\n`), cycle([1000]));
      assert.equal(receiveChunks(whole, [3, 9], [2])[0], spooled());
    }),
  );
});

test('octets that are thrown away are counted like the others, and the session hears only that they have come', () => {
  const reception = new ChunkBody({ octets: 5, last: true }, undefined);
  assert.equal(feed(reception, Buffer.from('abcdeRSET\r\n'), cycle([2])).toString(), 'RSET\r\n');
  assert.deepEqual(reception.end(), { kind: 'chunkEnd' });
});

test('a message that grows over its limit by its line ends is known to be too big', () => {
  const [, end] = receiveChunks(Buffer.from('\n'.repeat(SIZE_LIMIT)), [10], [100]);
  assert.deepEqual(end, { kind: 'messageEnd', hops: 0, tooBig: true, bareLf: true });
});
