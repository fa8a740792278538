import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRelayhostPasswords } from '#shared/aws/relayhost-passwords.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { secretsFor } from './support/secrets.ts';

const MINUTE = 60_000;

test('the text is read once a minute, however often it is asked for, and a new one is then seen', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add('relayhost', '[smtp.example.net]:587 user:old');
  const clock = { now: 0 };
  const passwords = createRelayhostPasswords({ client: client(), secret, now: () => clock.now });
  const asked = await Promise.all([passwords(), passwords(), passwords()]);
  assert.deepEqual(new Set(asked), new Set(['[smtp.example.net]:587 user:old']));
  aws.store.put({ SecretId: secret, SecretString: '[smtp.example.net]:587 user:new' });
  clock.now = MINUTE - 1;
  assert.equal(await passwords(), '[smtp.example.net]:587 user:old');
  assert.equal(aws.calls.length, 1);
  clock.now = MINUTE;
  assert.equal(await passwords(), '[smtp.example.net]:587 user:new');
});

test('a secret that nobody has filled is a temporary fault until somebody does', async (t) => {
  const { aws, client } = await secretsFor(t);
  for (const secret of [aws.store.add('nothing'), aws.store.add('braces', '{}')]) {
    const passwords = createRelayhostPasswords({ client: client(), secret, now: () => 0 });
    await assert.rejects(
      passwords(),
      (fault) => fault instanceof TemporaryFault && /put them there/.test(fault.message),
    );
    aws.store.put({ SecretId: secret, SecretString: 'a b:c' });
    assert.equal(await passwords(), 'a b:c');
  }
});

test('an outage keeps what was read before', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add('relayhost', 'a b:c');
  const clock = { now: 0 };
  const passwords = createRelayhostPasswords({ client: client(), secret, now: () => clock.now });
  await passwords();
  aws.outage = 'hang up';
  clock.now = 10 * MINUTE;
  assert.equal(await passwords(), 'a b:c');
});

test('where nothing was ever read, an outage is a fault, and the next asks again', async (t) => {
  const { aws, client } = await secretsFor(t);
  const secret = aws.store.add('relayhost', 'a b:c');
  const passwords = createRelayhostPasswords({ client: client(), secret, now: () => 0 });
  aws.outage = { status: 500, type: 'InternalServiceError', message: 'no' };
  await assert.rejects(passwords(), TemporaryFault);
  aws.outage = undefined;
  assert.equal(await passwords(), 'a b:c');
  const missing = createRelayhostPasswords({ client: client(), secret: 'nothing', now: () => 0 });
  await assert.rejects(missing(), PermanentFault);
});
