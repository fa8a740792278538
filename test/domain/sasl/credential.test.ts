import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type NewPassword, withoutPassword, withPassword } from '#shared/domain/sasl/credential.ts';
import { passwordMatches, saltPassword, SCRAM_ITERATIONS } from '#shared/domain/sasl/verifier.ts';

const SALT = Buffer.alloc(16, 1);
const OTHER_SALT = Buffer.alloc(16, 2);

function added(changes: Partial<NewPassword> = {}): NewPassword {
  const login = 'aaa@mail.example.jp';
  return { login, name: 'default', password: 'secret-a', salt: SALT, created: 1000, ...changes };
}

suite('a credential', () => {
  test('the first password brings login, salt and iteration count', () => {
    const credential = withPassword(undefined, added());
    assert.equal(credential.login, 'aaa@mail.example.jp');
    assert.deepEqual(credential.salt, SALT);
    assert.equal(credential.iterations, SCRAM_ITERATIONS);
    assert.deepEqual(
      credential.passwords.map(({ name, created }) => ({ name, created })),
      [{ name: 'default', created: 1000 }],
    );
  });

  test("a further password shares the account's salt, and both match", () => {
    const first = withPassword(undefined, added());
    const both = withPassword(first, added({ name: 'printer', password: 'secret-p', salt: OTHER_SALT }));
    assert.deepEqual(both.salt, SALT);
    const matching = (password: string): string[] => {
      const salted = saltPassword(password, both.salt, both.iterations);
      return both.passwords.filter((verifier) => passwordMatches(verifier, salted)).map(({ name }) => name);
    };
    assert.deepEqual(matching('secret-a'), ['default']);
    assert.deepEqual(matching('secret-p'), ['printer']);
  });

  test("a password of the same name takes the old one's place", () => {
    const first = withPassword(undefined, added());
    const changed = withPassword(first, added({ password: 'secret-z', created: 2000 }));
    assert.deepEqual(
      changed.passwords.map(({ name, created }) => ({ name, created })),
      [{ name: 'default', created: 2000 }],
    );
    assert.notDeepEqual(changed.passwords[0]?.storedKey, first.passwords[0]?.storedKey);
  });

  test('a removed password is gone and the others stay', () => {
    const both = withPassword(withPassword(undefined, added()), added({ name: 'printer', password: 'secret-p' }));
    assert.deepEqual(
      withoutPassword(both, 'default').passwords.map(({ name }) => name),
      ['printer'],
    );
    assert.deepEqual(withoutPassword(both, 'fax'), both);
  });

  test('the password itself is nowhere in it', () => {
    const credential = withPassword(undefined, added());
    const bytes = [credential.salt, ...credential.passwords.flatMap((p) => [p.storedKey, p.serverKey, p.cramMd5])];
    assert.ok(!Buffer.concat(bytes).includes('secret-a'));
    assert.ok(!JSON.stringify(credential).includes('secret-a'));
  });
});
