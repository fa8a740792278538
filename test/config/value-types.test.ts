import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  choice,
  count,
  DAY,
  list,
  orEmpty,
  size,
  textOf,
  time,
  yesNo,
  type ValueType,
} from '#shared/config/value-types.ts';

const level = choice(['none', 'may', 'encrypt']);
const letters = textOf({ name: 'word', written: 'letters', test: (text) => /^[a-z]+$/.test(text) });

const value = <T>(type: ValueType<T>, text: string): T | undefined => {
  const parsed = type.parse(text);
  return parsed.ok ? parsed.value : undefined;
};
const mistake = <T>(type: ValueType<T>, text: string): string | undefined => {
  const parsed = type.parse(text);
  return parsed.ok ? undefined : parsed.wrong;
};

suite('a value that is written is read back the same', () => {
  const natural = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const units = fc.constantFrom(1, 1000, 1024, 60_000, 1024 ** 2, 1e6, DAY);
  const quantities = fc.oneof(
    natural,
    fc.tuple(fc.nat({ max: 1000 }), units).map(([n, unit]) => n * unit),
  );
  const words = fc.stringMatching(/^[a-z]{1,8}$/);

  const roundTrip = <T>(type: ValueType<T>, values: fc.Arbitrary<T>) =>
    fc.assert(fc.property(values, (each) => assert.deepEqual(value(type, type.format(each)), each)));

  test('size', () => roundTrip(size(), quantities));
  test('time', () => roundTrip(time(), quantities));
  test('number', () => roundTrip(count(), natural));
  test('yes/no', () => roundTrip(yesNo, fc.boolean()));
  test('choice', () => roundTrip(level, fc.constantFrom('none', 'may', 'encrypt')));
  test('text', () => roundTrip(letters, words));
  test('list', () => roundTrip(list('words', letters), fc.array(words)));
});

test('no text makes a type throw', () => {
  const types: ValueType<unknown>[] = [size(), time(), count(), yesNo, level, letters, list('words', letters)];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__')),
      (type, text) => {
        const parsed = type.parse(text);
        assert.ok(parsed.ok || parsed.wrong !== '');
      },
    ),
  );
});

test('a size is in bytes: binary and decimal units, or none', () => {
  const sizes = {
    '29MiB': 30_408_704,
    '10MB': 10_000_000,
    '512KiB': 524_288,
    '1kb': 1000,
    '2GiB': 2_147_483_648,
    '1024': 1024,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(value(size(), text), bytes, text);
});

test('a time is in milliseconds; without a unit the number is seconds, as in Postfix', () => {
  const times = {
    '5m': 300_000,
    '300s': 300_000,
    '300': 300_000,
    '5d': 432_000_000,
    '250ms': 250,
    '1h': 3_600_000,
    '1w': 7 * DAY,
  };
  for (const [text, ms] of Object.entries(times)) assert.equal(value(time(), text), ms, text);
});

test('a wrong unit is answered with examples', () => {
  assert.equal(
    mistake(time(), '5 minutes'),
    '"5 minutes" is not a time: write 250ms, 300s, 5m, 1h, 5d, 1w or a number of seconds',
  );
  assert.equal(
    mistake(size(), '29M'),
    '"29M" is not a size: write 29MiB, 10MB, 512KiB, 64kB, 1GiB, 1GB or a number of bytes',
  );
  for (const text of ['', '-1', '1.5MiB', '10MiBs', '5m', 'MiB'])
    assert.notEqual(mistake(size(), text), undefined, text);
  for (const text of ['', '-1s', '1.5h', '5M B', '10MiB', '5m5s'])
    assert.notEqual(mistake(time(), text), undefined, text);
  assert.equal(mistake(count(), '5m'), '"5m" is not a number: write a whole number');
});

test('a value outside its bounds is told the bound', () => {
  assert.equal(mistake(time({ least: 1000, most: DAY }), '0'), '0 is too small: at least 1s');
  assert.equal(mistake(time({ least: 1000, most: DAY }), '2d'), '2d is too large: at most 1d');
  assert.equal(mistake(size({ least: 1024 ** 2 }), '1000'), '1000 is too small: at least 1MiB');
  assert.match(mistake(size(), '99999999GiB') ?? '', /too large/);
});

test('yes, no, true and false, in whatever case', () => {
  for (const text of ['yes', 'true', 'Yes', 'TRUE']) assert.equal(value(yesNo, text), true, text);
  for (const text of ['no', 'false', 'No']) assert.equal(value(yesNo, text), false, text);
  for (const text of ['', 'on', '1', 'constructor'])
    assert.equal(mistake(yesNo, text), `"${text}" is neither yes nor no`);
});

test('a choice has its own spelling, whatever the case it is written in', () => {
  assert.equal(value(level, 'MAY'), 'may');
  assert.equal(mistake(level, 'encrpyt'), '"encrpyt" is not known here; did you mean encrypt?');
  assert.equal(mistake(level, 'dane-only'), '"dane-only" is not known here: write one of none, may, encrypt');
});

test('a list is apart by commas, space or both, and names each wrong item, with what to write once', () => {
  const words = list('words', letters);
  assert.deepEqual(value(words, 'a,b, c\td\n  e'), ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(value(words, ' , '), []);
  assert.equal(mistake(words, 'a 1 b 2'), '"1" is not a word; "2" is not a word: write letters');
});

test('where empty is allowed, it is the only other value', () => {
  assert.equal(value(orEmpty(letters), ''), '');
  assert.equal(value(orEmpty(letters), 'a'), 'a');
  assert.notEqual(mistake(orEmpty(letters), '1'), undefined);
});
