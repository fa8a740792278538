// What every record of last uses must do (shared/ports/last-use.ts). A provider runs this suite on an empty one per test.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { LastUses, PasswordUse } from '#shared/ports/last-use.ts';

const LOGIN = 'aaa@mail.example.jp';
const AT = 1_700_000_000_123;

export function lastUsesContract(provider: string, open: (t: TestContext) => Promise<LastUses>): void {
  suite(`the last uses of passwords of ${provider}`, () => {
    test('come back by name, one for each password', async (t) => {
      const lastUses = await open(t);
      const phone = use({ passwordName: 'phone', address: '2001:db8::1' });
      await lastUses.note(phone);
      await lastUses.note(use());
      assert.deepEqual(await lastUses.of(LOGIN), [use(), phone]);
    });

    test('a later use takes the place of an earlier one, whichever is noted first', async (t) => {
      const lastUses = await open(t);
      const later = use({ at: AT + 1000, address: '192.0.2.2' });
      await lastUses.note(use());
      await lastUses.note(later);
      await lastUses.note(use());
      await lastUses.note(later);
      assert.deepEqual(await lastUses.of(LOGIN), [later]);
    });

    test('an account has its own, also where its login begins as another does', async (t) => {
      const lastUses = await open(t);
      for (const login of ['a@mail.example.jp', 'a@mail.example.jp.example', 'aa@mail.example.jp']) {
        await lastUses.note(use({ login }));
      }
      const login = 'a@mail.example.jp';
      assert.deepEqual(await lastUses.of(login), [use({ login })]);
      assert.deepEqual(await lastUses.of('nobody@mail.example.jp'), []);
    });
  });
}

function use(changes: Partial<PasswordUse> = {}): PasswordUse {
  return { login: LOGIN, passwordName: 'default', address: '192.0.2.1', at: AT, ...changes };
}
