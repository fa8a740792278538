import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { formatCredentials } from '#shared/aws/credential-secret.ts';
import { SecretCredentials } from '#shared/aws/credentials.ts';
import type { Credential } from '#shared/domain/sasl/credential.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { SecretsStandIn } from '../support/aws/secrets-manager.ts';
import { eventually } from '../support/eventually.ts';
import { secretsFor } from './support/secrets.ts';

const MINUTE = 60_000;
const LIMIT = 64 * 1024;

type Event = { readonly level: string; readonly event: object };
type Options = { readonly refreshTime?: number; readonly values?: readonly (string | undefined)[] };

/** A Secrets Manager with some secrets, and processes that use them. */
async function start(t: TestContext, { refreshTime = MINUTE, values = ['{}'] }: Options = {}) {
  const { aws, client } = await secretsFor(t);
  const secrets = values.map((value, index) => aws.store.add(`passwords${index}`, value));
  const clock = { now: 1_000_000 };
  const events: Event[] = [];
  const write = (level: string) => (event: object) => void events.push({ level, event });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return {
    aws,
    secrets,
    clock,
    events,
    process() {
      const credentials = new SecretCredentials({
        client: client(),
        secrets,
        refreshTime,
        now: () => clock.now,
        log,
      });
      t.after(() => credentials.stop());
      return credentials;
    },
  };
}

function credentialOf(login: string, passwords = ['default']): Credential {
  return {
    login,
    salt: randomBytes(16),
    iterations: 4096,
    passwords: passwords.map((name) => ({
      name,
      created: 1_700_000_000_123,
      storedKey: randomBytes(32),
      serverKey: randomBytes(32),
      cramMd5: randomBytes(32),
    })),
  };
}

const loginOf = (number: number) => `user${String(number).padStart(4, '0')}@mail.example.jp`;
const accounts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => credentialOf(loginOf(from + i)));
const valueOf = (credentials: readonly Credential[]) =>
  formatCredentials(new Map(credentials.map((credential) => [credential.login, credential])));
const readsOf = (aws: SecretsStandIn) => aws.calls.filter((operation) => operation === 'GetSecretValue').length;

/** What the secret holds, past every cache. */
const loginsIn = (aws: SecretsStandIn, secret: string): string[] =>
  Object.keys((JSON.parse(aws.store.valueOf(secret) ?? '{}') as { credentials?: object }).credentials ?? {});

test('what two processes write at the same time is all kept', async (t) => {
  const { aws, secrets, process } = await start(t);
  const [one, other] = [process(), process()];
  const all = accounts(24);
  await Promise.all(all.map((credential, index) => (index % 2 === 0 ? one : other).put(credential)));
  const reader = process();
  for (const credential of all) assert.deepEqual(await reader.find(credential.login), credential);
  const swaps = aws.calls.filter((operation) => operation === 'PutSecretValue').length;
  assert.ok(swaps > all.length, 'the writers did not meet');
  const stages = [...aws.store.stagesOf(secrets[0] ?? '').values()].flat();
  assert.deepEqual(stages.toSorted(), ['AWSCURRENT', 'AWSPREVIOUS']);
});

test('two first writers of a secret without a value both survive', async (t) => {
  const { aws, secrets, process } = await start(t, { values: [undefined] });
  const [a, b] = [credentialOf('a@mail.example.jp'), credentialOf('b@mail.example.jp')];
  // Both have read before either writes.
  const bothHaveRead = Promise.withResolvers<void>();
  aws.before = (operation) => {
    if (readsOf(aws) >= 2) bothHaveRead.resolve();
    return operation === 'PutSecretValue' ? bothHaveRead.promise : undefined;
  };
  await Promise.all([process().put(a), process().put(b)]);
  assert.deepEqual(loginsIn(aws, secrets[0] ?? '').toSorted(), [a.login, b.login]);
});

test('a change whose answer is lost is done, not done twice', async (t) => {
  const { aws, secrets, process } = await start(t);
  aws.loses = (operation) => {
    if (operation !== 'UpdateSecretVersionStage') return false;
    aws.loses = () => false;
    return true;
  };
  await process().put(credentialOf('a@mail.example.jp'));
  assert.deepEqual(loginsIn(aws, secrets[0] ?? ''), ['a@mail.example.jp']);
  assert.equal(aws.calls.filter((operation) => operation === 'PutSecretValue').length, 1);
});

test('what a writer that died left behind is cleared by the next, so that stages do not run out', async (t) => {
  const { aws, secrets, process } = await start(t);
  const writer = process();
  await writer.put(credentialOf('a@mail.example.jp'));
  const [secret = ''] = secrets;
  const current = [...aws.store.stagesOf(secret)].find(([, stages]) => stages.includes('AWSCURRENT'))?.[0] ?? '';
  aws.store.updateStage({ SecretId: secret, VersionStage: 'relay-dead', MoveToVersionId: current });
  for (let number = 0; number < 25; number++) await writer.put(credentialOf('a@mail.example.jp'));
  assert.deepEqual([...aws.store.stagesOf(secret).values()].flat().toSorted(), ['AWSCURRENT', 'AWSPREVIOUS']);
});

test('a secret that others change all the time is given up on, and nothing is lost', async (t) => {
  const { aws, secrets, process } = await start(t);
  const [secret = ''] = secrets;
  aws.before = (operation) => {
    if (operation === 'UpdateSecretVersionStage')
      aws.store.put({ SecretId: secret, SecretString: valueOf(accounts(1)) });
  };
  t.mock.method(Math, 'random', () => 0);
  await assert.rejects(process().put(credentialOf('a@mail.example.jp')), TemporaryFault);
  assert.deepEqual(loginsIn(aws, secret), [loginOf(0)]);
});

test('about 180 accounts of one password fill a secret; the next goes to the second, and then there is no room', async (t) => {
  const { aws, secrets, process } = await start(t, { values: ['{}', '{}'] });
  const [first = '', second = ''] = secrets;
  // Filled up to the last few by hand: each put is a version, and a day has room for some hundred.
  const perSecret = 180;
  aws.store.put({ SecretId: first, SecretString: valueOf(accounts(perSecret)) });
  const credentials = process();
  let number = perSecret;
  while (loginsIn(aws, second).length === 0) await credentials.put(credentialOf(loginOf(number++)));
  const full = loginsIn(aws, first).length;
  t.diagnostic(`${full} accounts of one password in ${Buffer.byteLength(aws.store.valueOf(first) ?? '')} octets`);
  assert.ok(full >= perSecret && full <= perSecret + 20, `${full} accounts`);
  assert.ok(Buffer.byteLength(aws.store.valueOf(first) ?? '') <= LIMIT);
  assert.deepEqual(loginsIn(aws, second), [loginOf(full)]);

  // Who lives in the full one stays there, and may have more passwords.
  await credentials.put(credentialOf(loginOf(0), ['default', 'phone', 'laptop']));
  assert.equal((await credentials.find(loginOf(0)))?.passwords.length, 3);
  assert.deepEqual(loginsIn(aws, second), [loginOf(full)]);

  aws.store.put({ SecretId: second, SecretString: valueOf(accounts(full, 1000)) });
  await assert.rejects(credentials.put(credentialOf('one@mail.example.jp')), (error: Error) => {
    assert.ok(error instanceof PermanentFault);
    assert.match(error.message, /raise credential_secrets for the stack, deploy it/);
    return true;
  });
  assert.equal(await credentials.remove(loginOf(1000)), true);
  await credentials.put(credentialOf('one@mail.example.jp'));
});

test('a secret never grows past what Secrets Manager takes', async (t) => {
  const { aws, secrets, process } = await start(t, { values: [valueOf(accounts(180))] });
  const names = Array.from({ length: 60 }, (_, index) => `phone${index}`);
  await assert.rejects(process().put(credentialOf(loginOf(7), names)), (error: Error) => {
    assert.ok(error instanceof PermanentFault);
    assert.match(error.message, /user0007@mail\.example\.jp lie is full/);
    return true;
  });
  assert.equal(loginsIn(aws, secrets[0] ?? '').length, 180);
  assert.ok(!aws.calls.includes('PutSecretValue'));
});

test('a login that lies in two secrets is removed from both', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, secrets, process } = await start(t, { values: [valueOf([a]), valueOf([a])] });
  assert.equal(await process().remove(a.login), true);
  assert.deepEqual(
    secrets.map((secret) => loginsIn(aws, secret)),
    [[], []],
  );
});

test('a new password is good and a revoked one is gone within the refresh time', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, secrets, process } = await start(t, { refreshTime: 50, values: [valueOf([a])] });
  const [secret = ''] = secrets;
  const listener = process();
  await listener.start();
  assert.deepEqual(await listener.find(a.login), a);
  const changed = credentialOf(a.login, ['phone']);
  aws.store.put({ SecretId: secret, SecretString: valueOf([changed]) });
  await eventually(
    'the new password',
    async () => (await listener.find(a.login))?.passwords[0]?.name === 'phone',
    2000,
  );
  aws.store.put({ SecretId: secret, SecretString: valueOf([]) });
  await eventually('no password', async () => (await listener.find(a.login)) === undefined, 2000);
});

test('a stopped process reads no more', async (t) => {
  const { aws, process } = await start(t, { refreshTime: 20 });
  const listener = process();
  await listener.start();
  await eventually('a second read', () => readsOf(aws) >= 2);
  listener.stop();
  const reads = readsOf(aws);
  await pause(150);
  assert.ok(readsOf(aws) <= reads + 1);
});

test('a tool that never starts reads when it asks, and again when what it knows is old', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, secrets, clock, process } = await start(t, { values: [valueOf([a])] });
  const tool = process();
  assert.deepEqual(await tool.find(a.login), a);
  await tool.find(a.login);
  assert.equal(aws.calls.length, 1);
  const changed = credentialOf(a.login, ['phone']);
  aws.store.put({ SecretId: secrets[0] ?? '', SecretString: valueOf([changed]) });
  clock.now += MINUTE;
  assert.deepEqual(await tool.find(a.login), changed);
});

test('an unknown login may be new, but strangers do not cause a call each', async (t) => {
  const { aws, secrets, clock, process } = await start(t);
  const listener = process();
  await listener.start();
  const strangers = (count: number) => Array.from({ length: count }, (_, i) => listener.find(`x${i}@mail.example.jp`));
  await Promise.all(strangers(500));
  assert.equal(aws.calls.length, 1);
  clock.now += 5000;
  await Promise.all(strangers(500));
  for (const stranger of strangers(50)) assert.equal(await stranger, undefined);
  assert.equal(aws.calls.length, 2);

  const [a] = accounts(1);
  assert.ok(a);
  aws.store.put({ SecretId: secrets[0] ?? '', SecretString: valueOf([a]) });
  clock.now += 5000;
  assert.deepEqual(await listener.find(a.login), a);
});

test('an outage locks out nobody who is known, and is logged when it begins and when it ends', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, events, process } = await start(t, { refreshTime: 20, values: [valueOf([a])] });
  const listener = process();
  await listener.start();
  aws.outage = { status: 500, type: 'InternalServiceError', message: 'out of order' };
  const before = readsOf(aws);
  await eventually('some failed reads', () => readsOf(aws) > before + 5);
  assert.deepEqual(await listener.find(a.login), a);
  await assert.rejects(listener.put(credentialOf('b@mail.example.jp')), TemporaryFault);
  assert.deepEqual(
    events.map(({ level }) => level),
    ['error'],
  );
  aws.outage = undefined;
  await eventually('the end of it', () => events.length > 1);
  assert.deepEqual(
    events.map(({ level }) => level),
    ['error', 'info'],
  );
  await listener.put(credentialOf('b@mail.example.jp'));
});

test('before the first read nobody is refused: it is a fault, and the read is tried again in the background', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, process } = await start(t, { refreshTime: 50, values: [valueOf([a])] });
  aws.outage = 'hang up';
  const listener = process();
  await listener.start();
  await assert.rejects(listener.find(a.login), TemporaryFault);
  await assert.rejects(listener.find('nobody@mail.example.jp'), TemporaryFault);
  aws.outage = undefined;
  const found = await eventually('the first read', () => listener.find(a.login).catch(() => undefined));
  assert.deepEqual(found, a);
});

test('a change is seen at once by the process that made it, even if the answer to an earlier read comes late', async (t) => {
  const { aws, clock, process } = await start(t);
  const listener = process();
  await listener.start();
  // Until the write is through, or waits for the read.
  const isWritten = Promise.withResolvers<void>();
  aws.loses = async () => {
    aws.loses = () => false;
    await Promise.race([isWritten.promise, pause(100)]);
    return false;
  };
  clock.now += 5000;
  const a = credentialOf('a@mail.example.jp');
  const miss = listener.find(a.login);
  await listener.put(a);
  isWritten.resolve();
  await miss;
  assert.deepEqual(await listener.find(a.login), a);
  assert.equal(await listener.remove(a.login), true);
  assert.equal(await listener.find(a.login), undefined);
});

test('a secret that holds something else is a fault, is never written over, and harms no other secret', async (t) => {
  for (const garbage of [
    'k7-generated-password',
    '{"version":9}',
    '{"version":1}',
    '{"version":1,"credentials":{"a":1}}',
  ]) {
    const [a] = accounts(1);
    assert.ok(a);
    const { aws, secrets, events, process } = await start(t, { values: [valueOf([a]), garbage] });
    const listener = process();
    await listener.start();
    assert.deepEqual(await listener.find(a.login), a);
    await assert.rejects(listener.find('b@mail.example.jp'), PermanentFault);
    await assert.rejects(listener.put(credentialOf('b@mail.example.jp')), PermanentFault);
    await assert.rejects(listener.remove(a.login), PermanentFault);
    assert.equal(aws.store.valueOf(secrets[1] ?? ''), garbage);
    assert.doesNotMatch(JSON.stringify(events.map(({ event }) => String((event as { err: Error }).err))), /k7/);
  }
});

test('a value that somebody has put back as octets locks nobody out', async (t) => {
  const [a] = accounts(1);
  assert.ok(a);
  const { aws, secrets, process } = await start(t);
  aws.store.put({ SecretId: secrets[0] ?? '', SecretBinary: Buffer.from(valueOf([a])).toString('base64') });
  const listener = process();
  await listener.start();
  assert.deepEqual(await listener.find(a.login), a);
});

test('a secret that is not there, or may not be read, is a permanent fault', async (t) => {
  const { aws, process } = await start(t);
  aws.outage = { status: 400, type: 'AccessDeniedException', message: 'not authorized' };
  await assert.rejects(process().find('a@mail.example.jp'), PermanentFault);
});
