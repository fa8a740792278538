// What every directory must do (shared/ports/directory.ts). A provider runs this suite on an empty directory per test.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Account } from '#shared/domain/directory/account.ts';
import type { Directory } from '#shared/ports/directory.ts';

export function directoryContract(provider: string, open: (t: TestContext) => Promise<Directory>): void {
  suite(`the directory of ${provider}`, () => {
    test('gives accounts back as they were put, by login', async (t) => {
      const directory = await open(t);
      const bbb = account('bbb', ['bbb@example.jp'], { disabled: true });
      const aaa = account('aaa', ['@example.jp', 'aaa@example.com']);
      await directory.put(bbb);
      await directory.put(aaa);
      assert.deepEqual(await directory.account(aaa.login), aaa);
      assert.deepEqual(await directory.accounts(), [aaa, bbb]);
      assert.equal(await directory.account('nobody@mail.example.jp'), undefined);
    });

    test('an account that is put again takes the place of the first', async (t) => {
      const directory = await open(t);
      await directory.put(account('aaa', ['aaa@example.jp']));
      const changed = account('aaa', ['other@example.jp'], { disabled: true });
      await directory.put(changed);
      assert.deepEqual(await directory.accounts(), [changed]);
      assert.equal(await directory.senderOwners(['aaa@example.jp']), undefined);
      assert.deepEqual(await directory.senderOwners(['other@example.jp']), [changed.login]);
    });

    test('an account that is removed takes its senders along', async (t) => {
      const directory = await open(t);
      const { login } = account('aaa', []);
      await directory.put(account('aaa', ['aaa@example.jp']));
      assert.equal(await directory.remove(login), true);
      assert.equal(await directory.remove(login), false);
      assert.equal(await directory.account(login), undefined);
      assert.equal(await directory.senderOwners(['aaa@example.jp']), undefined);
    });

    test('the first key that has an owner decides', async (t) => {
      const directory = await open(t);
      await directory.put(account('aaa', ['aaa@example.jp', '@example.com']));
      await directory.put(account('bbb', ['aaa@example.jp', '@example.jp']));
      const owners = async (...keys: string[]) => (await directory.senderOwners(keys))?.toSorted();
      assert.deepEqual(await owners('aaa@example.jp', '@example.jp'), ['aaa@mail.example.jp', 'bbb@mail.example.jp']);
      assert.deepEqual(await owners('ccc@example.jp', '@example.jp'), ['bbb@mail.example.jp']);
      assert.deepEqual(await owners('ccc@example.jp', '@example.com', '@example.jp'), ['aaa@mail.example.jp']);
      assert.equal(await owners('ccc@example.net', '@example.net'), undefined);
      assert.equal(await owners(), undefined);
    });
  });
}

function account(name: string, senders: readonly string[], changes: Partial<Account> = {}): Account {
  return { login: `${name}@mail.example.jp`, senders, disabled: false, created: 1_700_000_000_123, ...changes };
}
