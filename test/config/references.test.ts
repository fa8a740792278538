import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expand } from '#shared/config/references.ts';

const texts = new Map([
  ['myhostname', 'mail.example.jp'],
  ['mail_name', 'Relay'],
  ['banner', '$myhostname ESMTP $mail_name'],
  ['price', '5$$'],
  ['a', 'x $b'],
  ['b', '$a'],
]);

test('$name, ${name} and $(name) stand for the value of a setting, and of what that refers to', () => {
  assert.deepEqual(expand('[$banner] ${mail_name}s $(myhostname)', texts), {
    ok: true,
    value: '[mail.example.jp ESMTP Relay] Relays mail.example.jp',
  });
});

test('$$ is a dollar, and what it becomes is not a reference', () => {
  assert.deepEqual(expand('$price $$myhostname', texts), { ok: true, value: '5$ $myhostname' });
});

test('a text without a dollar is left alone', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('$')),
      (text) => assert.deepEqual(expand(text, texts), { ok: true, value: text }),
    ),
  );
});

test('what cannot be expanded is named, all of it', () => {
  assert.deepEqual(expand('$myhostnme costs 5$ ${mail_name?x}', texts), {
    ok: false,
    wrong:
      '$myhostnme is not a setting; did you mean myhostname?; a $ that names no setting is written $$; ' +
      'a $ that names no setting is written $$',
  });
});

test('a reference that comes back to itself is shown with its way', () => {
  assert.deepEqual(expand('$a', texts), { ok: false, wrong: '$a comes back to itself (a → b → a)' });
  assert.deepEqual(expand('$b', texts, ['a']), { ok: false, wrong: '$a comes back to itself (a → b → a)' });
});
