import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Line, LineBuffer } from '#shared/domain/smtp/lines.ts';

function all(lines: LineBuffer, limit = 100): Line[] {
  const out: Line[] = [];
  for (let line = lines.next(limit); line !== undefined; line = lines.next(limit)) out.push(line);
  return out;
}

test('a line ends in CRLF or LF; an unfinished one waits', () => {
  const lines = new LineBuffer();
  lines.push(Buffer.from('NOOP\r\nRSET\nQU'));
  assert.deepEqual(all(lines), [
    { kind: 'line', text: 'NOOP', bareLf: false },
    { kind: 'line', text: 'RSET', bareLf: true },
  ]);
  lines.push(Buffer.from('IT\r\n'));
  assert.deepEqual(all(lines), [{ kind: 'line', text: 'QUIT', bareLf: false }]);
});

test('a line over the limit is reported once, at its end, and not kept', () => {
  const lines = new LineBuffer();
  for (let i = 0; i < 10; i++) {
    lines.push(Buffer.alloc(1000, 'x'));
    assert.equal(lines.next(100), undefined);
    assert.ok(lines.length <= 1000);
  }
  lines.push(Buffer.from('\r\nNOOP\r\n'));
  assert.deepEqual(all(lines), [{ kind: 'tooLong' }, { kind: 'line', text: 'NOOP', bareLf: false }]);
});

test('any split of the bytes gives the same lines', () => {
  const bytes = fc
    .array(fc.constantFrom('\r', '\n', 'a', 'bc', '\r\n'), { maxLength: 30 })
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(30), { maxLength: 5 }), (whole, cuts) => {
      const once = new LineBuffer();
      once.push(whole);
      const split = new LineBuffer();
      const out: Line[] = [];
      let at = 0;
      for (const cut of [...cuts.filter((cut) => cut < whole.length).toSorted((a, b) => a - b), whole.length]) {
        split.push(whole.subarray(at, cut));
        out.push(...all(split));
        at = cut;
      }
      assert.deepEqual(out, all(once));
    }),
  );
});

test('a line over the limit is not shown to who looks ahead', () => {
  const lines = new LineBuffer();
  lines.push(Buffer.from(`RCPT TO:<${'x'.repeat(200)}@example.net>\r\nRCPT\r\n`));
  assert.equal(lines.peek(100), undefined);
});
