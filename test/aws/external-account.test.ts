import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExternalAccount } from '#shared/aws/external-account.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { secretsFor } from './support/secrets.ts';

test('an external account is read as the operator wrote it', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add(
    'external-account',
    '{ "kid": "a", "hmacKey": "b", "note": "of the staging authority" }',
  );
  assert.deepEqual(await readExternalAccount(client(), secret), { kid: 'a', hmacKey: 'b' });
});

test('anything else is refused by the shape that is wanted, without its words being quoted', async (t) => {
  const { aws, client } = await secretsFor(t);
  for (const [index, value] of ['k7', '{"kid":"k7"}', 'null', '[]'].entries()) {
    const secret = aws.store.add(`account${index}`, value);
    await assert.rejects(readExternalAccount(client(), secret), (error: Error) => {
      assert.ok(error instanceof PermanentFault, value);
      assert.match(error.message, /account\d.*must be \{"kid": "…", "hmacKey": "…"\}/);
      assert.doesNotMatch(error.message, /k7/);
      return true;
    });
  }
});

test('an outage passes', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add('external-account', '{"kid":"a","hmacKey":"b"}');
  aws.outage = 'hang up';
  await assert.rejects(readExternalAccount(client(), secret), TemporaryFault);
});
