import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretCertificates } from '#shared/aws/certificates.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { certificatesContract } from '../contracts/certificates.ts';
import { secretsFor } from './support/secrets.ts';

for (const [made, value] of [
  ['without a value', undefined],
  ['as {}', '{}'],
] as const) {
  certificatesContract(`AWS (Secrets Manager, made ${made})`, async (t) => {
    const { aws, client } = await secretsFor(t);
    return new SecretCertificates({ client: client(), secret: aws.store.add('certificate', value) });
  });
}

test('a secret that holds something else, or a later version, is refused without its words being quoted', async (t) => {
  const { aws, client } = await secretsFor(t);
  for (const [index, value] of [
    'k7-generated-password',
    '[]',
    '{"version":1}',
    '{"version":1,"pairs":[]}',
    '{"version":1,"pairs":[{"cert":"k7"}]}',
    '{"version":1,"account":{"authority":"k7"}}',
    '{"version":1,"pairs":[{"cert":"a","key":"b"}],"account":"k7"}',
    '{"version":2,"pairs":[]}',
  ].entries()) {
    const certificates = new SecretCertificates({
      client: client(),
      secret: aws.store.add(`certificate${index}`, value),
    });
    await assert.rejects(certificates.current(), (error: Error) => {
      assert.ok(error instanceof PermanentFault, value);
      assert.match(error.message, new RegExp(`certificate${index}`));
      assert.doesNotMatch(error.message, /k7/);
      return true;
    });
  }
});

test('a secret that is not there is permanent, an outage passes', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add('certificate', '{}');
  const certificates = new SecretCertificates({ client: client(), secret });
  const missing = new SecretCertificates({ client: client(), secret: 'nothing' });
  await assert.rejects(missing.current(), PermanentFault);
  aws.outage = 'hang up';
  await assert.rejects(certificates.current(), TemporaryFault);
  await assert.rejects(certificates.put([{ cert: 'a', key: 'b' }]), TemporaryFault);
});
