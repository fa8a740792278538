// What every record of failed logins must do (shared/ports/login-failures.ts). A provider runs this suite on an empty one per test.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Failures, LoginFailures } from '#shared/ports/login-failures.ts';

const CLIENT = '192.0.2.1';
const LOGIN = 'aaa@mail.example.jp';
/** Not long ago, or a store could have forgotten it. */
const NOW = Date.now();
const MINUTE = 60_000;

export function loginFailuresContract(provider: string, open: (t: TestContext) => Promise<LoginFailures>): void {
  suite(`the failed logins of ${provider}`, () => {
    test('are none of a client and an account that never failed', async (t) => {
      const store = await open(t);
      assert.deepEqual(await store.client(CLIENT), { forgivenAt: 0, known: new Map() });
      assert.equal(await store.account(LOGIN), 0);
    });

    test('add up from now on, and from when those before will be forgiven', async (t) => {
      const store = await open(t);
      await store.add(failures());
      assert.equal((await store.client(CLIENT)).forgivenAt, NOW + MINUTE);
      await store.add(failures({ now: NOW + 1000, time: 3 * MINUTE }));
      assert.equal((await store.client(CLIENT)).forgivenAt, NOW + 4 * MINUTE);
      await store.add(failures({ now: NOW + 5 * MINUTE }));
      assert.equal((await store.client(CLIENT)).forgivenAt, NOW + 6 * MINUTE);
    });

    test('add up however many are told at the same time', async (t) => {
      const store = await open(t);
      await Promise.all(Array.from({ length: 8 }, () => store.add(failures({ of: 'account', name: LOGIN }))));
      assert.equal(await store.account(LOGIN), NOW + 8 * MINUTE);
    });

    test('are not counted beyond the most', async (t) => {
      const store = await open(t);
      for (let i = 0; i < 9; i++) await store.add(failures({ time: 2 * MINUTE, most: 5 * MINUTE }));
      assert.equal((await store.client(CLIENT)).forgivenAt, NOW + 6 * MINUTE);
    });

    test('are counted apart for each client and each account, also where names begin alike', async (t) => {
      const store = await open(t);
      const clients = [CLIENT, `${CLIENT}0`, '2001:db8:0:1::/64'];
      for (const [i, name] of clients.entries()) await store.add(failures({ name, time: (i + 1) * MINUTE }));
      const logins = [LOGIN, 'aa', `${LOGIN}#`, '#', CLIENT, '利用者'];
      for (const [i, name] of logins.entries()) {
        await store.add(failures({ of: 'account', name, time: (i + 1) * 1000 }));
      }
      for (const [i, name] of clients.entries()) {
        assert.deepEqual(await store.client(name), { forgivenAt: NOW + (i + 1) * MINUTE, known: new Map() });
      }
      for (const [i, name] of logins.entries()) assert.equal(await store.account(name), NOW + (i + 1) * 1000);
    });

    test('are kept beside the accounts that a client has logged in to, each until its latest time', async (t) => {
      const store = await open(t);
      await store.know(CLIENT, LOGIN, NOW + 2 * MINUTE);
      await store.know(CLIENT, LOGIN, NOW + MINUTE);
      await store.know(CLIENT, 'bbb@mail.example.jp', NOW + MINUTE);
      await store.know(`${CLIENT}0`, 'ccc@mail.example.jp', NOW + MINUTE);
      await store.add(failures());
      assert.deepEqual(await store.client(CLIENT), {
        forgivenAt: NOW + MINUTE,
        known: new Map([
          [LOGIN, NOW + 2 * MINUTE],
          ['bbb@mail.example.jp', NOW + MINUTE],
        ]),
      });
    });
  });
}

function failures(changes: Partial<Failures> = {}): Failures {
  return { of: 'client', name: CLIENT, time: MINUTE, most: 100 * MINUTE, now: NOW, ...changes };
}
