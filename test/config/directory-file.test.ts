import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  DirectoryFileError,
  formatDirectoryFile,
  parseDirectoryFile,
  type DirectoryAccount,
} from '#shared/config/directory-file.ts';

function problemsOf(text: string): string[] {
  try {
    parseDirectoryFile(text, 'directory.yaml');
    return [];
  } catch (error) {
    assert.ok(error instanceof DirectoryFileError, String(error));
    return error.problems.map(({ line, message }) => `${line ?? '-'} ${message}`);
  }
}

const account = (lines: string) => `accounts:\n  - login: aaa\n    senders: []\n    ${lines}\n`;

test('accounts are read in lower case, with what is left out filled in', () => {
  const text = `
accounts:
  - login: Home@Mail.Example.JP
    password: Secret A
    senders: [Home@Example.JP, '@example.com', '*']
  - { login: office, senders: [], disabled: yes }
`;
  assert.deepEqual(parseDirectoryFile(text, 'directory.yaml'), {
    accounts: [
      {
        login: 'home@mail.example.jp',
        password: 'Secret A',
        senders: ['home@example.jp', '@example.com', '*'],
        disabled: false,
      },
      { login: 'office', senders: [], disabled: true },
    ],
  });
  assert.deepEqual(parseDirectoryFile('accounts: []', 'directory.yaml'), { accounts: [] });
});

test('what is written is read back the same', () => {
  const logins = fc.stringMatching(/^[a-z0-9.+-]{1,9}(@[a-z0-9]{1,9}\.example)?$/);
  const senders = fc.oneof(
    fc.constant('*'),
    fc.stringMatching(/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,9}@[a-z0-9]{1,9}\.jp$/),
  );
  const accounts: fc.Arbitrary<DirectoryAccount> = fc.record(
    {
      login: logins,
      senders: fc.array(senders),
      disabled: fc.boolean(),
      password: fc.oneof(
        fc.stringMatching(/^[\x21-\x7e][\x20-\x7e]{6,40}[\x21-\x7e]$/),
        fc.constantFrom('01234567', '12345e678', '# comment', '- an item', '"quoted" it', "'quoted' it", 'a: map of b'),
      ),
    },
    { requiredKeys: ['login', 'senders', 'disabled'], noNullPrototype: true },
  );
  const files = fc.uniqueArray(accounts, { selector: ({ login }) => login }).map((each) => ({ accounts: each }));
  fc.assert(
    fc.property(files, (file) =>
      assert.deepEqual(parseDirectoryFile(formatDirectoryFile(file), 'directory.yaml'), file),
    ),
  );
});

test('any text is either read or refused with DirectoryFileError', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map(account)), (text) => void problemsOf(text)));
});

suite('what is wrong is said with its line, all of it at once', () => {
  test('one file with everything', () => {
    const text = `accounts:
  - login: aaa
    pasword: secret
    senders: [a, '@example.jp', b@@c]
  - login: a b
    sendrs: []
  - login: AAA
    password: 秘密
    senders: aaa@example.jp
    disabled: perhaps
  - just a text
acounts: []
`;
    assert.deepEqual(problemsOf(text), [
      '3 pasword is not a key; did you mean password?',
      '4 senders: "a" is not user@domain, "@domain" or "*"',
      '4 senders: "b@@c" is not user@domain, "@domain" or "*"',
      '5 login: "a b" is not user or user@realm',
      '5 senders: is missing',
      '6 sendrs is not a key; did you mean senders?',
      '7 aaa is in the file already: keep one',
      '8 password: a password holds only printable ASCII characters',
      '9 senders: write a list, such as [user@example.jp]',
      '10 disabled: "perhaps" is not yes or no',
      '11 accounts: each account is a map of login, senders and, if you like, password and disabled',
      '12 acounts is not a key; did you mean accounts?',
    ]);
  });

  test('a file that is no directory', () => {
    const expected = 'a directory file is a map that begins with `accounts:`';
    assert.deepEqual(problemsOf(''), [`- ${expected}`]);
    assert.deepEqual(problemsOf('- aaa'), [`1 ${expected}`]);
    assert.deepEqual(problemsOf('accounts: aaa'), ['1 accounts: write a list; an empty one is []']);
    assert.deepEqual(problemsOf('{}'), ['1 accounts: is missing']);
  });

  test('the patterns that YAML wants in quotes', () => {
    assert.deepEqual(problemsOf('accounts:\n  - login: a\n    senders: [*]\n  - login: b\n    senders: [@b.jp]'), [
      '3 put quotes around a value that begins with *',
      '5 put quotes around a value that begins with @',
    ]);
  });
});

test('a password is the text that is typed, and one that an account may have', () => {
  const passwordOf = (written: string) =>
    parseDirectoryFile(account(`password: ${written}`), 'directory.yaml').accounts[0]?.password;
  assert.equal(passwordOf('01234567'), '01234567');
  assert.equal(passwordOf('"yes # really"'), 'yes # really');
  assert.deepEqual(problemsOf(account('password: "short"')), ['4 password: a password has at least 8 characters']);
  assert.deepEqual(problemsOf(account('password: "a\\tbcdefgh"')), [
    '4 password: a password holds only printable ASCII characters',
  ]);
});

test('no message repeats a password', () => {
  for (const password of ['geheim-ü', `geheim-${'x'.repeat(200)}`]) {
    assert.doesNotMatch(problemsOf(account(`password: ${password}`)).join(), /geheim/);
  }
});
