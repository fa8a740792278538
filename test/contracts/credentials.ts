// What every credential store must do (shared/ports/credentials.ts). A provider runs this suite on an empty one per test.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Credential, Password } from '#shared/domain/sasl/credential.ts';
import type { Credentials } from '#shared/ports/credentials.ts';

export function credentialsContract(provider: string, open: (t: TestContext) => Promise<Credentials>): void {
  suite(`the credentials of ${provider}`, () => {
    test('come back as they were put, octet for octet', async (t) => {
      const credentials = await open(t);
      const two = credential('aaa', ['default', 'phone']);
      const expiring = two.passwords.map((one) =>
        one.name === 'phone' ? { ...one, expires: 1_800_000_000_456 } : one,
      );
      const aaa = { ...two, passwords: expiring };
      const bbb = credential('bbb', []);
      await credentials.put(aaa);
      await credentials.put(bbb);
      assert.deepEqual(await credentials.find(aaa.login), aaa);
      assert.deepEqual(await credentials.find(bbb.login), bbb);
      assert.equal(await credentials.find('nobody@mail.example.jp'), undefined);
    });

    test('one that is put again takes the place of the first', async (t) => {
      const credentials = await open(t);
      await credentials.put(credential('aaa', ['default']));
      const changed = credential('aaa', ['phone']);
      await credentials.put(changed);
      assert.deepEqual(await credentials.find(changed.login), changed);
    });

    test('one that is removed is gone', async (t) => {
      const credentials = await open(t);
      const { login } = credential('aaa', []);
      await credentials.put(credential('aaa', ['default']));
      assert.equal(await credentials.remove(login), true);
      assert.equal(await credentials.remove(login), false);
      assert.equal(await credentials.find(login), undefined);
    });
  });
}

function credential(name: string, passwords: readonly string[]): Credential {
  return {
    login: `${name}@mail.example.jp`,
    salt: randomBytes(16),
    iterations: 4096,
    passwords: passwords.map(password),
  };
}

function password(name: string): Password {
  const keys = { storedKey: randomBytes(32), serverKey: randomBytes(32), cramMd5: randomBytes(32) };
  return { name, created: 1_700_000_000_123, ...keys };
}
