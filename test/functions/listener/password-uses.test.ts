import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MAX_NOTED, PasswordUses } from '#functions/listener/password-uses.ts';
import type { PasswordUse } from '#shared/ports/last-use.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { keptLog } from '../../support/events.ts';

const HOUR = 60 * 60 * 1000;

function uses() {
  const log = keptLog();
  const noted: PasswordUse[] = [];
  const world = { fault: undefined as Error | undefined };
  const note = async (use: PasswordUse): Promise<void> => {
    if (world.fault) throw world.fault;
    noted.push(use);
  };
  return { log, noted, world, uses: new PasswordUses({ lastUses: { note }, log }) };
}

function use(changes: Partial<PasswordUse> = {}): PasswordUse {
  return { login: 'aaa@mail.example.jp', passwordName: 'default', address: '192.0.2.1', at: 0, ...changes };
}

suite('the use of a password', () => {
  test('is noted once an hour', () => {
    const { noted, uses: kept } = uses();
    for (const at of [0, 1, HOUR - 1, HOUR, HOUR + 1]) kept.used(use({ at }));
    assert.deepEqual(noted, [use(), use({ at: HOUR })]);
  });

  test('is noted for each password and each address', () => {
    const { noted, uses: kept } = uses();
    const others = [use(), use({ address: '192.0.2.2' }), use({ passwordName: 'phone' }), use({ login: 'bbb@b' })];
    for (const other of [...others, ...others]) kept.used(other);
    assert.deepEqual(noted, others);
  });

  test('that cannot be noted is logged, fails nobody, and is noted at the next login', async () => {
    const { log, noted, world, uses: kept } = uses();
    world.fault = new TemporaryFault('the store does not answer');
    kept.used(use());
    await turn();
    assert.equal(log.of('lastUse')[0]?.level, 'warn');
    world.fault = undefined;
    kept.used(use({ at: 1 }));
    assert.deepEqual(noted, [use({ at: 1 })]);
  });

  test('costs no memory without bounds', () => {
    const { noted, uses: kept } = uses();
    for (let i = 0; i <= MAX_NOTED; i++) kept.used(use({ address: `client ${i}` }));
    kept.used(use({ address: `client ${MAX_NOTED}`, at: 1 }));
    assert.equal(noted.length, MAX_NOTED + 1);
    kept.used(use({ address: 'client 0', at: 1 }));
    assert.equal(noted.length, MAX_NOTED + 2, 'the oldest was forgotten');
  });
});
