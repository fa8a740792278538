import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentOf, REQUIRED_OUTPUTS, startedFrom } from '#functions/relayctl/stack-facts.ts';
import { outputOf } from '#shared/config/outputs.ts';

test('an output has the name of its variable in PascalCase', () => {
  assert.equal(outputOf('QUEUE_TABLE'), 'QueueTable');
  assert.equal(outputOf('CREDENTIALS_SECRETS'), 'CredentialsSecrets');
  const { QUEUE_TABLE, DOORBELL_URL } = environmentOf({ QueueTable: 'q', Other: 'o' });
  assert.deepEqual([QUEUE_TABLE, DOORBELL_URL], ['q', undefined]);
});

test('what the relay was started with stands in the outputs, and a port that is closed does not', () => {
  const outputs = { Hostname: 'smtp.example.jp', LocalDomain: 'example.jp', SmtpsPort: '465' };
  const { hostname, localDomain, ports } = startedFrom(outputs);
  assert.deepEqual([hostname, localDomain, ports], ['smtp.example.jp', 'example.jp', { smtps: 465 }]);
});

test('a store whose output is missing makes a stack none of ours', () => {
  for (const output of [
    'QueueTable',
    'DirectoryTable',
    'SpoolBucket',
    'DoorbellUrl',
    'CredentialsSecrets',
    'Hostname',
  ]) {
    assert.ok(REQUIRED_OUTPUTS.includes(output), output);
  }
});
