import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePathArgument } from '#shared/domain/smtp/path.ts';

const parse = (text: string, strict = true): unknown => {
  const path = parsePathArgument(`FROM:${text}`, 'FROM', strict);
  return typeof path === 'string' ? path : path.rest === '' ? path.address : [path.address, path.rest];
};

// What Postfix 3.7 answers to each with strict_rfc821_envelopes = yes.
for (const [text, expected] of [
  ['<someone@example.org>', 'someone@example.org'],
  [' <someone@example.org>', 'someone@example.org'],
  ['<>', ''],
  ['<someone>', 'someone'],
  ['<some..one@example.org>', 'some..one@example.org'],
  ['<a@[127.0.0.1]>', 'a@[127.0.0.1]'],
  ['<a@[IPv6:::1]>', 'a@[IPv6:::1]'],
  ['<a@exa_mple.org>', 'a@exa_mple.org'],
  ['<a@example.org.>', 'a@example.org'],
  ['<@x:aaa@example.jp>', 'aaa@example.jp'],
  ['<"aaa"@example.jp>', 'aaa@example.jp'],
  ['<"some one"@example.org>', '"some one"@example.org'],
  ['<"a>b"@example.org>', '"a>b"@example.org'],
  ['<a@b@c.example>', '"a@b"@c.example'],
  ['<a@example.org> SIZE=1 BODY=7BIT', ['a@example.org', 'SIZE=1 BODY=7BIT']],
  ['<a@example.org> (a comment)', ['a@example.org', '(a comment)']],
  ['', 'noPath'],
  ['someone@example.org', 'badPath'],
  ['Some One <someone@example.org>', 'badPath'],
  ['<someone@example.org', 'badPath'],
  ['someone@example.org>', 'badPath'],
  ['<some one@example.org>', 'badPath'],
  ['<someone@>', 'badPath'],
  ['<@example.org>', 'badPath'],
  ['<a@-example-.org>', 'badPath'],
  ['<a@example..org>', 'badPath'],
  ['<aaa@example.jp>SIZE=100', 'badPath'],
  ['<\u00e4@example.org>', 'badPath'],
  ['<a\0b@example.org>', 'badPath'],
] as const) {
  test(`MAIL FROM:${JSON.stringify(text)}`, () => assert.deepEqual(parse(text), expected));
}

test('without strict_rfc821_envelopes an address may lack its brackets, and nothing else', () => {
  assert.equal(parse('someone@example.org', false), 'someone@example.org');
  assert.deepEqual(parse('someone@example.org SIZE=1', false), ['someone@example.org', 'SIZE=1']);
  assert.equal(parse('<someone@example.org', false), 'badPath');
});

test('an address that came out goes in again unchanged, whatever it was', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'B', '1', '.', '-', '@', '"', '\\', ' ', '>', '<', ':', '%', '!', '[', ']'),
  });
  fc.assert(
    fc.property(text, (raw) => {
      const address = parse(`<${raw}>`);
      if (typeof address === 'string' && address !== 'badPath' && address !== 'noPath')
        assert.equal(parse(`<${address}>`), address);
    }),
    { numRuns: 5000 },
  );
});
