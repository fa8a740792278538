import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSaslLogin } from '#shared/domain/delivery/sasl-passwords.ts';

const file = `# smarthosts
   # and more

[smtp.Example.jp]:submission  user@example.jp:pass:word 
smtp2.example.jp
   isp_user:isp_passwd
[smtp3.example.jp]\tonly-a-user\r
`;

test('a login is found by relayhost as written, without regard to case; a password may have colons', () => {
  assert.deepEqual(findSaslLogin(file, ['smtp.example.jp', '[SMTP.example.jp]:submission']), {
    user: 'user@example.jp',
    password: 'pass:word',
  });
});

test('a line that starts with white space goes on with the one before', () => {
  assert.deepEqual(findSaslLogin(file, ['smtp2.example.jp']), { user: 'isp_user', password: 'isp_passwd' });
});

test('a user without a password, and CRLF line ends', () => {
  assert.deepEqual(findSaslLogin(file, ['[smtp3.example.jp]']), { user: 'only-a-user', password: '' });
});

test('a destination that is not there, or is written otherwise, has no login', () => {
  assert.equal(findSaslLogin(file, ['smtp.example.jp', '[smtp.example.jp]:587']), undefined);
  assert.equal(findSaslLogin('', ['x']), undefined);
});
