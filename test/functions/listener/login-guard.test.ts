import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import {
  FailureCounts,
  MOST_KEPT,
  MOST_SAVED,
  REFRESH_INTERVAL,
  SAVE_INTERVAL,
} from '#functions/listener/failure-counts.ts';
import type { LoginVerdict } from '#functions/listener/login.ts';
import { LoginGuard } from '#functions/listener/login-guard.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import type { LoginFailures } from '#shared/ports/login-failures.ts';
import { dataFolder, openRelay } from '../../embedded/support/data-folder.ts';
import { keptLog } from '../../support/events.ts';
import { MemoryLoginFailures } from '../../support/memory-login-failures.ts';

const { settings } = loadSettings(undefined, { hostname: 'relay.example.jp' });
const LIMIT = settings.smtpd_client_login_failure_limit;
const EACH = settings.smtpd_login_failure_forgive_time;
const LONGEST = settings.smtpd_login_failure_delay;
const DAY = 24 * 60 * 60 * 1000;

const OWNER = 'owner@mail.example.jp';
const HOME = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';

/** A task of the listener: the password of every account is `right`. */
function task(store: LoginFailures, clock = { now: Date.now() }) {
  const log = keptLog();
  const now = (): number => clock.now;
  const counts = new FailureCounts({ store, settings, now, log });
  const world = { pauses: [] as number[], checked: 0 };
  const pause = async (time: number): Promise<void> => void world.pauses.push(time);
  const guard = new LoginGuard({ counts, settings, now, pause });
  async function logIn(password: string, address: string, login = OWNER): Promise<string> {
    const { kind } = await guard.check(login, address, async (): Promise<LoginVerdict> => {
      world.checked += 1;
      return password === 'right' ? { kind: 'ok', login, passwordName: 'default' } : { kind: 'refused' };
    });
    return kind;
  }
  /** The answer, and how long it waited. */
  async function timed(...attempt: Parameters<typeof logIn>): Promise<[string, number]> {
    world.pauses.length = 0;
    const kind = await logIn(...attempt);
    return [kind, world.pauses.reduce((sum, each) => sum + each, 0)];
  }
  return { log, counts, world, clock, logIn, timed };
}

function crowdAddress(i: number): string {
  return `203.0.${i >> 8}.${i & 255}`;
}

/** 10,000 failures from 1,000 addresses. */
async function crowd({ logIn }: ReturnType<typeof task>): Promise<void> {
  for (let i = 0; i < 10_000; i++) assert.notEqual(await logIn('wrong', crowdAddress(i % 1000)), 'ok');
}

const stores: [string, (t: TestContext) => Promise<LoginFailures>][] = [
  ['memory', async () => new MemoryLoginFailures()],
  ['the embedded store', async (t) => (await openRelay(t, await dataFolder(t))).loginFailures],
];

for (const [name, open] of stores) {
  suite(`after 10,000 failures from 1,000 addresses, with ${name}`, () => {
    test('the owner logs in at the first try and at once from where he has before, and after a wait from elsewhere', async (t) => {
      const relay = task(await open(t));
      assert.deepEqual(await relay.timed('right', HOME), ['ok', 0]);
      await crowd(relay);
      assert.deepEqual(await relay.timed('right', HOME), ['ok', 0]);
      assert.deepEqual(await relay.timed('right', ELSEWHERE), ['ok', LONGEST]);
      assert.deepEqual(await relay.timed('right', ELSEWHERE), ['ok', 0], 'it is known now');
      await relay.counts.close();
    });

    test('another task, or the next process, knows the owner and the crowd', async (t) => {
      const store = await open(t);
      const before = task(store);
      assert.equal(await before.logIn('right', HOME), 'ok');
      for (let i = 0; i < LIMIT; i++) await before.logIn('wrong', ELSEWHERE);
      await crowd(before);
      await before.counts.close();
      const after = task(store, before.clock);
      assert.deepEqual(await after.timed('right', HOME), ['ok', 0]);
      assert.deepEqual(await after.timed('wrong', ELSEWHERE), ['tooManyFailures', LONGEST]);
      assert.deepEqual(await after.timed('right', '198.51.100.2'), ['ok', LONGEST]);
    });
  });
}

test('what one process of the embedded relay counted, the next one knows', async (t) => {
  const folder = await dataFolder(t);
  const first = await openRelay(t, folder);
  const before = task(first.loginFailures);
  assert.equal(await before.logIn('right', HOME), 'ok');
  for (let i = 0; i < LIMIT; i++) await before.logIn('wrong', ELSEWHERE);
  await before.counts.close();
  await first.close();
  const after = task((await openRelay(t, folder)).loginFailures, before.clock);
  assert.equal(await after.logIn('right', ELSEWHERE), 'tooManyFailures');
  assert.deepEqual(await after.timed('right', HOME), ['ok', 0]);
});

suite('a client', () => {
  test('that fails too often has no password looked at, is not held to what it tries then, and comes in when one failure is forgiven', async () => {
    const { logIn, timed, clock, world } = task(new MemoryLoginFailures());
    for (let i = 0; i < LIMIT; i++) assert.equal(await logIn('wrong', ELSEWHERE), 'refused');
    for (let i = 0; i < 100; i++) assert.equal(await logIn('right', ELSEWHERE), 'tooManyFailures');
    assert.equal(world.checked, LIMIT);
    clock.now += EACH;
    assert.equal((await timed('right', ELSEWHERE))[0], 'ok');
    assert.deepEqual(await timed('right', ELSEWHERE), ['ok', 0]);
  });

  test('that is refused is refused for every account but those that it has logged in to', async () => {
    const { logIn } = task(new MemoryLoginFailures());
    assert.equal(await logIn('right', HOME), 'ok');
    for (let i = 0; i < LIMIT; i++) await logIn('wrong', HOME, `guess-${i}@mail.example.jp`);
    assert.equal(await logIn('right', HOME, 'other@mail.example.jp'), 'tooManyFailures');
    assert.equal(await logIn('right', HOME), 'ok');
    assert.equal(await logIn('right', ELSEWHERE, 'other@mail.example.jp'), 'ok');
  });

  test("with an old password for an account that it has logged in to is slowed down, never refused, and does not shut out the network's others", async () => {
    const { logIn, timed } = task(new MemoryLoginFailures());
    assert.equal(await logIn('right', HOME), 'ok');
    for (let i = 0; i < 1000; i++) assert.equal(await logIn('wrong', HOME), 'refused');
    assert.deepEqual(await timed('wrong', HOME), ['refused', LONGEST]);
    assert.deepEqual(await timed('right', HOME), ['ok', 0]);
    assert.deepEqual(await timed('right', HOME, 'new@mail.example.jp'), ['ok', 0]);
  });

  test('of IPv6 is its /64', async () => {
    const { logIn } = task(new MemoryLoginFailures());
    for (let i = 0; i < LIMIT; i++) await logIn('wrong', `2001:db8::${i}`);
    assert.equal(await logIn('right', '2001:db8::ffff:1'), 'tooManyFailures');
    assert.equal(await logIn('right', '2001:db8:0:1::1'), 'ok');
  });

  test('is known for 90 days behind its last login', async () => {
    const { logIn, clock } = task(new MemoryLoginFailures());
    assert.equal(await logIn('right', HOME), 'ok');
    clock.now += 80 * DAY;
    assert.equal(await logIn('right', HOME), 'ok');
    clock.now += 80 * DAY;
    for (let i = 0; i < LIMIT; i++) await logIn('wrong', HOME, `guess-${i}@mail.example.jp`);
    assert.equal(await logIn('right', HOME), 'ok');
    clock.now += 100 * DAY;
    for (let i = 0; i < LIMIT; i++) await logIn('wrong', HOME, `guess-${i}@mail.example.jp`);
    assert.equal(await logIn('right', HOME), 'tooManyFailures');
  });
});

test('an account that there is none of is slowed down as another is', async () => {
  const waits = [];
  for (const login of [OWNER, 'nobody@mail.example.jp', 'x'.repeat(9000)]) {
    const { timed } = task(new MemoryLoginFailures());
    const one: [string, number][] = [];
    for (let i = 0; i < 15; i++) one.push(await timed('wrong', crowdAddress(i), login));
    waits.push(one);
  }
  assert.deepEqual(waits[1], waits[0]);
  assert.deepEqual(waits[2], waits[0]);
  assert.deepEqual(waits[0]?.at(-1), ['refused', LONGEST]);
});

suite('a store that does not answer', () => {
  test('refuses no login, which the log tells of', async () => {
    const store = new MemoryLoginFailures();
    const { log, logIn, timed, counts } = task(store);
    store.isDown = true;
    for (let i = 0; i < 2 * LIMIT; i++) assert.equal(await logIn('wrong', ELSEWHERE), 'refused');
    assert.equal((await timed('right', ELSEWHERE))[0], 'ok');
    await counts.close();
    assert.ok(log.of('loginFailures').length > 0);
    assert.equal(log.of('loginFailures')[0]?.level, 'warn');
  });

  test('is asked again later, and told of a login that it did not take', async () => {
    const store = new MemoryLoginFailures();
    const { logIn, clock } = task(store);
    store.isDown = true;
    assert.equal(await logIn('right', HOME), 'ok');
    store.isDown = false;
    assert.equal(await logIn('right', HOME), 'ok');
    assert.equal((await store.client(HOME)).known.size, 1);
    for (let i = 0; i < LIMIT; i++) await logIn('wrong', ELSEWHERE);
    assert.equal(await logIn('right', ELSEWHERE), 'tooManyFailures');
    clock.now += REFRESH_INTERVAL;
    assert.equal(await logIn('right', ELSEWHERE), 'tooManyFailures');
  });
});

suite('the store is called', () => {
  test('by a home server that logs in for every message once a day', async () => {
    const store = new MemoryLoginFailures();
    const { logIn, clock } = task(store);
    for (let i = 0; i < 1000; i++) assert.equal(await logIn('right', HOME), 'ok');
    assert.deepEqual([store.calls.client, store.calls.know, store.calls.add], [1, 1, 0]);
    clock.now += DAY;
    for (let i = 0; i < 1000; i++) assert.equal(await logIn('right', HOME), 'ok');
    assert.deepEqual([store.calls.client, store.calls.know, store.calls.add], [1, 2, 0]);
  });

  test('for a crowd a bounded number of times, and told of every failure', async () => {
    const store = new MemoryLoginFailures();
    const relay = task(store);
    await crowd(relay);
    assert.ok(store.calls.client + store.calls.account <= 1001, 'each is read once in a while');
    for (let round = 1; round <= 11; round++) {
      await relay.counts.save();
      assert.ok(store.calls.add <= round * MOST_SAVED);
    }
    assert.equal(store.calls.add, 1001);
    const { now } = relay.clock;
    assert.equal((await store.client(crowdAddress(7))).forgivenAt, now + 10 * EACH);
    assert.ok((await store.account(OWNER)) >= now + 90 * EACH);
    await relay.counts.close();
  });

  test('a while after the first failure, for all that came meanwhile, until all are told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = new MemoryLoginFailures();
    const { counts, clock } = task(store);
    for (let i = 0; i < 3 * MOST_SAVED; i++) counts.add({ of: 'client', name: crowdAddress(i % (MOST_SAVED + 1)) });
    t.mock.timers.tick(SAVE_INTERVAL - 1);
    assert.equal(store.calls.add, 0);
    t.mock.timers.tick(1);
    assert.equal(store.calls.add, MOST_SAVED);
    assert.equal((await store.client(crowdAddress(0))).forgivenAt, clock.now + 3 * EACH);
    t.mock.timers.tick(SAVE_INTERVAL);
    assert.equal(store.calls.add, MOST_SAVED + 1);
    t.mock.timers.tick(10 * SAVE_INTERVAL);
    assert.equal(store.calls.add, MOST_SAVED + 1);
  });

  test('again for a client that is forgotten, since memory is bounded', async () => {
    const store = new MemoryLoginFailures();
    const { counts } = task(store);
    for (let i = 0; i <= MOST_KEPT; i++) await counts.of({ of: 'client', name: `client ${i}` });
    await counts.of({ of: 'client', name: `client ${MOST_KEPT}` });
    assert.equal(store.calls.client, MOST_KEPT + 1);
    await counts.of({ of: 'client', name: 'client 0' });
    assert.equal(store.calls.client, MOST_KEPT + 2);
  });
});
