import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatPassword, passwordProblem } from '#shared/domain/sasl/password.ts';

const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

suite('a machine-made password', () => {
  test('has groups of four letters and digits, none of which looks like another', () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        assert.match(formatPassword(Buffer.from(bytes)), /^(?:[a-km-np-z2-9]{4}-){6}[a-km-np-z2-9]{2}$/);
      }),
    );
  });

  test('keeps all 128 bits: other bytes make another password', () => {
    fc.assert(
      fc.property(sixteenBytes, fc.nat(127), (bytes, bit) => {
        const other = Buffer.from(bytes);
        other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        assert.notEqual(formatPassword(Buffer.from(bytes)), formatPassword(other));
      }),
    );
  });

  test('is one that a person might choose too', () => {
    assert.equal(passwordProblem(formatPassword(Buffer.alloc(16))), undefined);
    assert.equal(passwordProblem(formatPassword(Buffer.alloc(16, 0xff))), undefined);
  });
});

suite("a person's own password", () => {
  for (const good of ['secret-a', 'correct horse battery staple', '!"#$%&\'()*+,:;<=>?@', 'x'.repeat(128)]) {
    test(`${good.slice(0, 30)} is taken`, () => assert.equal(passwordProblem(good), undefined));
  }

  for (const [what, text, problem] of [
    ['seven characters', 'secret-', 'a password has at least 8 characters'],
    ['129 characters', 'x'.repeat(129), 'a password has at most 128 characters'],
    ['a letter beyond ASCII', 'sécret-a', 'a password holds only printable ASCII characters'],
    ['a line end', 'secret-a\n', 'a password holds only printable ASCII characters'],
    ['a NUL', 'secret\0a', 'a password holds only printable ASCII characters'],
    ['a space at its end', 'secret-a ', 'a password neither begins nor ends with a space: configuration files lose it'],
  ] as const) {
    test(`one with ${what} is refused`, () => assert.equal(passwordProblem(text), problem));
  }
});
