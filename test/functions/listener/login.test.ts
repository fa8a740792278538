import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import { createLogin, type LoginVerdict } from '#functions/listener/login.ts';
import { MAX_RUNNING, MAX_WAITING, type Pbkdf2 } from '#functions/listener/pbkdf2.ts';
import type { Account } from '#shared/domain/directory/account.ts';
import { type Credential, withoutPassword, withPassword } from '#shared/domain/sasl/credential.ts';
import type { LoginAttempt } from '#shared/domain/sasl/exchange.ts';
import { proofMatches, saltPassword, SCRAM_ITERATIONS, serverSignature } from '#shared/domain/sasl/verifier.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { answerScram } from '../../support/scram-client.ts';

const REALM = 'mail.example.jp';
const LOGIN = `aaa@${REALM}`;
const CACHE_TIME = 60_000;
const REFUSED: LoginVerdict = { kind: 'refused' };

function ok(passwordName = 'default'): LoginVerdict {
  return { kind: 'ok', login: LOGIN, passwordName };
}

function plain(password: string, login = LOGIN): LoginAttempt {
  return { mechanism: 'PLAIN', login, password };
}

function cramMd5(password: string, login = LOGIN): LoginAttempt {
  const challenge = '<1.2@mail.example.jp>';
  const digest = createHmac('md5', password).update(challenge).digest('hex');
  return { mechanism: 'CRAM-MD5', login, challenge, digest };
}

/** The attempt of a client that was sent this salt. */
function scram(password: string, sent: { salt: Buffer; iterations: number }, login = LOGIN): LoginAttempt {
  const bare = `n=${login},r=abc`;
  const serverFirst = `r=abcdef,s=${sent.salt.toString('base64')},i=${sent.iterations}`;
  const { final } = answerScram({ password, bare, header: Buffer.from('n,,') }, serverFirst);
  const [withoutProof = '', proof = ''] = final.split(',p=');
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  return { mechanism: 'SCRAM-SHA-256', login, authMessage, proof: Buffer.from(proof, 'base64') };
}

function withText(credential: Credential | undefined, name: string, text: string): Credential {
  return withPassword(credential, { login: LOGIN, name, password: text, salt: Buffer.alloc(16, 7), created: 0 });
}

/** One account, `aaa`, with the passwords `secret-a` (default) and `secret-p` (printer). */
function relay(pbkdf2?: Pbkdf2, key = Buffer.alloc(32, 9)) {
  const world = {
    account: { login: LOGIN, senders: [], disabled: false, created: 0 } as Account | undefined,
    credential: withText(withText(undefined, 'default', 'secret-a'), 'printer', 'secret-p') as Credential | undefined,
    now: 0,
    wallClock: 0,
    fault: undefined as Error | undefined,
    /** What PBKDF2 was asked for, password by password. */
    derived: [] as string[],
  };
  const read = async <T>(login: string, value: T): Promise<T | undefined> => {
    if (world.fault) throw world.fault;
    return login === LOGIN ? value : undefined;
  };
  const login = createLogin({
    directory: { account: (name) => read(name, world.account) },
    credentials: { find: (name) => read(name, world.credential) },
    now: () => world.now,
    wallClock: () => world.wallClock,
    cacheTime: CACHE_TIME,
    key,
    saltKey: () => Buffer.alloc(32, 8),
    pbkdf2: async (text, salt, iterations) => {
      world.derived.push(text);
      return pbkdf2 ? pbkdf2(text, salt, iterations) : saltPassword(text, salt, iterations);
    },
  });
  return {
    world,
    verify: (attempt: LoginAttempt, isKnown = false) => login.verify(attempt, REALM, isKnown),
    salt: (name: string) => login.salt(name, REALM),
  };
}

/** A PBKDF2 that waits until it is told to go on. */
function heldPbkdf2() {
  const gate = Promise.withResolvers<void>();
  const counts = { running: 0, peak: 0 };
  const pbkdf2: Pbkdf2 = async (text, salt) => {
    counts.peak = Math.max(counts.peak, ++counts.running);
    await gate.promise;
    counts.running--;
    return saltPassword(text, salt, 1);
  };
  return { pbkdf2, counts, release: gate.resolve };
}

suite('a login', () => {
  test('each password of an account is right with PLAIN, LOGIN and CRAM-MD5, and is named', async () => {
    const { verify } = relay();
    for (const [text, name] of [
      ['secret-a', 'default'],
      ['secret-p', 'printer'],
    ] as const) {
      assert.deepEqual(await verify(plain(text)), ok(name));
      assert.deepEqual(await verify({ mechanism: 'LOGIN', login: LOGIN, password: text }), ok(name));
      assert.deepEqual(await verify(cramMd5(text)), ok(name));
    }
  });

  test('the realm is filled in where the client left it out, and case does not matter', async () => {
    const { verify } = relay();
    assert.deepEqual(await verify(plain('secret-a', 'aaa')), ok());
    assert.deepEqual(await verify(cramMd5('secret-a', 'AAA')), ok());
    assert.deepEqual(await verify(plain('secret-a', 'aaa@elsewhere.example')), REFUSED);
  });

  test('a wrong password, a disabled and an unknown account look the same and cost the same', async () => {
    const cases: [string, LoginAttempt, (world: ReturnType<typeof relay>['world']) => void][] = [
      ['wrong password', plain('secret-b'), () => {}],
      ['unknown account', plain('secret-a', 'nobody'), () => {}],
      ['disabled account', plain('secret-a'), (w) => (w.account = w.account && { ...w.account, disabled: true })],
      ['credential without an account', plain('secret-a'), (w) => (w.account = undefined)],
      ['account without a credential', plain('secret-a'), (w) => (w.credential = undefined)],
    ];
    for (const [what, attempt, change] of cases) {
      const { world, verify } = relay();
      change(world);
      assert.deepEqual(await verify(attempt), REFUSED, what);
      assert.deepEqual(await verify(attempt), REFUSED, what);
      assert.equal(world.derived.length, 2, `${what}: PBKDF2 every time`);
    }
  });

  test('CRAM-MD5 refuses a wrong password, a disabled and an unknown account', async () => {
    const { world, verify } = relay();
    assert.deepEqual(await verify(cramMd5('secret-b')), REFUSED);
    assert.deepEqual(await verify(cramMd5('secret-a', 'nobody')), REFUSED);
    world.account = { login: LOGIN, senders: [], disabled: true, created: 0 };
    assert.deepEqual(await verify(cramMd5('secret-a')), REFUSED);
  });

  test('SCRAM takes each password of an account, names it and signs with it, without any PBKDF2', async () => {
    const { world, verify, salt } = relay();
    for (const name of ['default', 'printer']) {
      const password = world.credential?.passwords.find((one) => one.name === name);
      assert.ok(password);
      const attempt = scram(name === 'default' ? 'secret-a' : 'secret-p', await salt('AAA'));
      assert.ok('authMessage' in attempt && proofMatches(password, attempt.authMessage, attempt.proof));
      const signature = serverSignature(password, attempt.authMessage);
      assert.deepEqual(await verify(attempt), { ...ok(name), serverSignature: signature });
    }
    assert.deepEqual(world.derived, []);
  });

  test('SCRAM refuses a wrong password, a disabled and an unknown account', async () => {
    const { world, verify, salt } = relay();
    assert.deepEqual(await verify(scram('secret-b', await salt('aaa'))), REFUSED);
    assert.deepEqual(await verify(scram('secret-a', await salt('nobody'), 'nobody')), REFUSED);
    world.account = { login: LOGIN, senders: [], disabled: true, created: 0 };
    assert.deepEqual(await verify(scram('secret-a', await salt('aaa'))), REFUSED);
  });

  test('an expired password is refused like a wrong one, whatever the mechanism, and the others stay', async () => {
    const { world, verify, salt } = relay();
    const { passwords = [] } = world.credential ?? {};
    const expiring = passwords.map((one) => (one.name === 'printer' ? { ...one, expires: 1000 } : one));
    world.credential = world.credential && { ...world.credential, passwords: expiring };
    world.wallClock = 999;
    assert.deepEqual(await verify(plain('secret-p')), ok('printer'));
    world.wallClock = 1000;
    for (const attempt of [plain('secret-p'), cramMd5('secret-p'), scram('secret-p', await salt('aaa'))]) {
      assert.deepEqual(await verify(attempt), REFUSED, attempt.mechanism);
    }
    assert.deepEqual(await verify(plain('secret-a')), ok());
  });

  test("an unknown account has a salt like any other's: always the same, its own, and as many rounds", async () => {
    const { world, salt } = relay();
    const nobody = await salt('nobody');
    assert.deepEqual(await salt(`NOBODY@${REALM}`), nobody);
    assert.equal(nobody.salt.length, 16);
    assert.equal(nobody.iterations, SCRAM_ITERATIONS);
    assert.notDeepEqual((await salt('nobody2')).salt, nobody.salt);
    assert.deepEqual(await relay(undefined, Buffer.alloc(32, 1)).salt('nobody'), nobody, 'of another process');
    assert.deepEqual((await salt('aaa')).salt, Buffer.alloc(16, 7));
    world.fault = new TemporaryFault('the store does not answer');
    await assert.rejects(salt('aaa'), world.fault);
  });

  test('a fault behind a port is unavailable, never refused, and carries its cause', async () => {
    const { world, verify } = relay();
    world.fault = new TemporaryFault('the store does not answer');
    assert.deepEqual(await verify(plain('secret-a')), { kind: 'unavailable', cause: world.fault });
    world.fault = undefined;
    assert.deepEqual(await verify(plain('secret-a')), ok());
  });

  test('a failing PBKDF2 is unavailable, and the next attempt starts afresh', async () => {
    const cause = new Error('out of memory');
    let fails = true;
    const { verify } = relay(async (...input) => {
      if (fails) throw cause;
      return saltPassword(...input);
    });
    assert.deepEqual(await verify(plain('secret-a')), { kind: 'unavailable', cause });
    fails = false;
    assert.deepEqual(await verify(plain('secret-a')), ok());
  });

  test("Node's thread pool computes PBKDF2 where no other is given", async () => {
    const login = createLogin({
      directory: { account: async () => ({ login: LOGIN, senders: [], disabled: false, created: 0 }) },
      credentials: { find: async () => withText(undefined, 'default', 'secret-a') },
      now: () => 0,
      wallClock: () => 0,
      cacheTime: 0,
      key: Buffer.alloc(32, 9),
      saltKey: () => Buffer.alloc(32, 8),
    });
    assert.deepEqual(await login.verify(plain('secret-a'), ''), ok());
    assert.deepEqual(await login.verify(plain('secret-b'), ''), REFUSED);
  });
});

suite('a verified password', () => {
  test('is remembered for the cache time, and no longer', async () => {
    const { world, verify } = relay();
    assert.deepEqual(await verify(plain('secret-a')), ok());
    world.now = CACHE_TIME - 1;
    assert.deepEqual(await verify({ mechanism: 'LOGIN', login: 'aaa', password: 'secret-a' }), ok());
    assert.equal(world.derived.length, 1);
    world.now = CACHE_TIME;
    assert.deepEqual(await verify(plain('secret-a')), ok());
    assert.equal(world.derived.length, 2);
  });

  test('does not let another password in', async () => {
    const { verify } = relay();
    assert.deepEqual(await verify(plain('secret-a')), ok());
    assert.deepEqual(await verify(plain('secret-b')), REFUSED);
    assert.deepEqual(await verify(plain('secret-p')), ok('printer'));
  });

  test('is refused at once when it is changed, and the new one is taken', async () => {
    const { world, verify } = relay();
    assert.deepEqual(await verify(plain('secret-a')), ok());
    world.credential = withText(world.credential, 'default', 'secret-z');
    assert.deepEqual(await verify(plain('secret-a')), REFUSED);
    assert.deepEqual(await verify(plain('secret-z')), ok());
  });

  test('is refused at once when it is removed, also if the account is made again', async () => {
    const { world, verify } = relay();
    assert.deepEqual(await verify(plain('secret-p')), ok('printer'));
    world.credential = world.credential && withoutPassword(world.credential, 'printer');
    assert.deepEqual(await verify(plain('secret-p')), REFUSED);
    world.credential = withText(undefined, 'printer', 'secret-q');
    assert.deepEqual(await verify(plain('secret-p')), REFUSED);
  });

  test('is refused at once when its account is disabled or removed', async () => {
    const { world, verify } = relay();
    const { account } = world;
    assert.deepEqual(await verify(plain('secret-a')), ok());
    world.account = account && { ...account, disabled: true };
    assert.deepEqual(await verify(plain('secret-a')), REFUSED);
    world.account = account;
    assert.deepEqual(await verify(plain('secret-a')), ok());
    world.account = undefined;
    assert.deepEqual(await verify(plain('secret-a')), REFUSED);
  });

  test('still needs the ports: a fault is unavailable', async () => {
    const { world, verify } = relay();
    assert.deepEqual(await verify(plain('secret-a')), ok());
    world.fault = new TemporaryFault('the store does not answer');
    assert.equal((await verify(plain('secret-a'))).kind, 'unavailable');
  });
});

suite('many logins at once', () => {
  test('equal attempts share one computation', async () => {
    const { world, verify } = relay();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verify(plain('secret-a'))));
    for (const verdict of verdicts) assert.deepEqual(verdict, ok());
    assert.deepEqual(world.derived, ['secret-a']);
  });

  test('a few are computed, some wait, and the rest is unavailable, whoever asks', async () => {
    const { pbkdf2, counts, release } = heldPbkdf2();
    const { world, verify } = relay(pbkdf2);
    const room = MAX_RUNNING + MAX_WAITING;
    const verdicts = Array.from({ length: room + 5 }, (_, i) => verify(plain(`guess-${i}`, `nobody-${i}`)));

    const late = await Promise.all(verdicts.slice(room));
    assert.deepEqual(new Set(late.map(({ kind }) => kind)), new Set(['unavailable']));
    assert.equal(world.derived.length, MAX_RUNNING);

    release();
    for (const verdict of await Promise.all(verdicts.slice(0, room))) assert.deepEqual(verdict, REFUSED);
    assert.equal(counts.peak, MAX_RUNNING);
    assert.equal(world.derived.length, room);
  });

  test('who comes from where the account was logged in to before goes before a crowd of guesses', async () => {
    const { pbkdf2, release } = heldPbkdf2();
    const { world, verify } = relay(pbkdf2);
    const guesses = Array.from({ length: MAX_RUNNING + MAX_WAITING }, (_, i) => verify(plain(`guess-${i}`)));
    const owner = verify(plain('secret-a'), true);
    release();
    await Promise.all([owner, ...guesses]);
    assert.equal(world.derived.indexOf('secret-a'), MAX_RUNNING);
    assert.notEqual((await owner).kind, 'unavailable');
  });

  test('a crowd of guesses does not keep out who was verified before, or who uses CRAM-MD5', async () => {
    const held = heldPbkdf2();
    let hold = false;
    const { verify } = relay((...input) => (hold ? held.pbkdf2(...input) : Promise.resolve(saltPassword(...input))));
    assert.deepEqual(await verify(plain('secret-a')), ok());
    hold = true;
    const guesses = Array.from({ length: MAX_RUNNING + MAX_WAITING }, (_, i) => verify(plain(`guess-${i}`)));
    assert.deepEqual(await verify(plain('secret-a')), ok());
    assert.deepEqual(await verify(cramMd5('secret-a')), ok());
    held.release();
    await Promise.all(guesses);
  });
});
