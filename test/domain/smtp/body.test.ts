import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyDecoder } from '#shared/domain/smtp/body.ts';

/** What leaves for the spool when the bytes arrive in pieces of these sizes, and what is left behind the final dot. */
function decode(bytes: Buffer, sizes: readonly number[] = []): { body: string; rest: string | undefined } {
  const decoder = new BodyDecoder();
  const out: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = at + (sizes[i] ?? bytes.length);
    const { pieces, rest } = decoder.push(Buffer.from(bytes.subarray(at, end)));
    out.push(...pieces);
    if (rest !== undefined)
      return {
        body: Buffer.concat(out).toString('latin1'),
        rest: rest.toString('latin1') + bytes.toString('latin1', end),
      };
    at = end;
  }
  return { body: Buffer.concat(out).toString('latin1'), rest: undefined };
}
const decoded = (text: string): ReturnType<typeof decode> => decode(Buffer.from(text, 'latin1'));

test('a message ends at CRLF.CRLF, and what follows is left for the session', () => {
  assert.deepEqual(decoded('a\r\nb\r\n.\r\nQUIT\r\n'), { body: 'a\r\nb\r\n', rest: 'QUIT\r\n' });
});

test('a dot at once ends an empty message', () => {
  assert.deepEqual(decoded('.\r\n'), { body: '', rest: '' });
});

test('an empty line is a body of one line end', () => {
  assert.deepEqual(decoded('\r\n.\r\n'), { body: '\r\n', rest: '' });
});

test('stuffed dots come off, one a line', () => {
  assert.deepEqual(decoded('..\r\n...a\r\n.b\r\na.\r\n.\r\n'), { body: '.\r\n..a\r\nb\r\na.\r\n', rest: '' });
});

for (const [name, bytes, body] of [
  ['LF.CRLF', 'a\n.\r\nb\r\n.\r\n', 'a\r\n\r\nb\r\n'],
  ['LF.LF', 'a\n.\nb\r\n.\r\n', 'a\r\n\r\nb\r\n'],
  ['CRLF.LF', 'a\r\n.\nb\r\n.\r\n', 'a\r\n\r\nb\r\n'],
  ['CR.CR', 'a\r.\rb\r\n.\r\n', 'a . b\r\n'],
  ['CRLF.CR', 'a\r\n.\rb\r\n.\r\n', 'a\r\n b\r\n'],
  ['CR.CRLF', 'a\r.\r\nb\r\n.\r\n', 'a .\r\nb\r\n'],
  ['CRCRLF.CRLF ends', 'a\r\r\n.\r\n', 'a \r\n'],
] as const) {
  test(`${name}: only CRLF.CRLF ends a message, and only CRLF ends a line in the spool`, () => {
    assert.deepEqual(decoded(bytes), { body, rest: '' });
  });
}

const octets = fc
  .array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', 'a', '\0', 'é'), { maxLength: 40 })
  .map((parts) => parts.join(''));

test('any split of the bytes gives the same body and the same rest', () => {
  fc.assert(
    fc.property(octets, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 60, maxLength: 60 }), (text, sizes) => {
      const bytes = Buffer.from(`${text}\r\n.\r\nNOOP\r\n`, 'latin1');
      assert.deepEqual(decode(bytes, sizes), decode(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('what leaves for the spool has CRLF line ends alone', () => {
  fc.assert(
    fc.property(octets, (text) => {
      assert.doesNotMatch(decoded(`${text}\r\n.\r\n`).body, /\r(?!\n)|(?<!\r)\n/);
    }),
    { numRuns: 2000 },
  );
});

test('a line end without its CR is noticed however the bytes arrive', () => {
  fc.assert(
    fc.property(octets, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 60, maxLength: 60 }), (text, sizes) => {
      const bytes = Buffer.from(`${text}\r\n.\r\n`, 'latin1');
      const decoder = new BodyDecoder();
      let at = 0;
      for (const size of sizes) {
        if (decoder.push(bytes.subarray(at, at + size)).rest !== undefined) break;
        at += size;
      }
      const [message = ''] = bytes.toString('latin1').split(/(?<=^|\r\n)\.\r\n/);
      assert.equal(decoder.bareLf, /(?<!\r)\n/.test(message));
    }),
    { numRuns: 2000 },
  );
});

test('unstuff(stuff(x)) = x', () => {
  const line = fc.string({ unit: fc.constantFrom('.', 'a', ' ', 'é') });
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const stuffed = lines.map((text) => (text.startsWith('.') ? `.${text}` : text));
      const wire = [...stuffed, '.', ''].join('\r\n');
      assert.deepEqual(decoded(wire), { body: lines.map((text) => `${text}\r\n`).join(''), rest: '' });
    }),
  );
});
