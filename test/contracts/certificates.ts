// What every store of the certificate must do (shared/ports/certificates.ts). A provider runs this suite on an empty one per test.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Certificates } from '#shared/ports/certificates.ts';

const ACCOUNT = { authority: 'https://authority.example/directory', key: 'the key of an account' };

export function certificatesContract(provider: string, open: (t: TestContext) => Promise<Certificates>): void {
  suite(`the certificates of ${provider}`, () => {
    test('there is none at first', async (t) => {
      const certificates = await open(t);
      assert.equal(await certificates.current(), undefined);
    });

    test('come back as they were put, in their order', async (t) => {
      const certificates = await open(t);
      const pairs = [pair('ecdsa'), pair('rsa')];
      await certificates.put(pairs);
      assert.deepEqual(await certificates.current(), pairs);
    });

    test('those that are put again take the place of the first', async (t) => {
      const certificates = await open(t);
      await certificates.put([pair('ecdsa'), pair('rsa')]);
      await certificates.put([pair('new')]);
      assert.deepEqual(await certificates.current(), [pair('new')]);
    });

    test('an account comes back as it was put, and is no certificate', async (t) => {
      const certificates = await open(t);
      assert.equal(await certificates.account(), undefined);
      await certificates.putAccount(ACCOUNT);
      assert.deepEqual(await certificates.account(), ACCOUNT);
      assert.equal(await certificates.current(), undefined);
    });

    test('pairs and account do not touch each other', async (t) => {
      const certificates = await open(t);
      await certificates.putAccount({ ...ACCOUNT, key: 'old' });
      const pairs = [{ ...pair('ecdsa'), authority: ACCOUNT.authority }];
      await certificates.put(pairs);
      await certificates.putAccount(ACCOUNT);
      assert.deepEqual(await certificates.current(), pairs);
      await certificates.put([pair('new')]);
      assert.deepEqual(await certificates.current(), [pair('new')]);
      assert.deepEqual(await certificates.account(), ACCOUNT);
    });
  });
}

function pair(name: string) {
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`,
  };
}
