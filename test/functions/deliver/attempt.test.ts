import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempt, type AttemptContext } from '#functions/deliver/attempt.ts';
import { entryOf } from '../../support/entry.ts';
import { keptLog } from '../../support/events.ts';

const never = <T>(): Promise<T> => Promise.withResolvers<T>().promise;
const BODY = { size: 0, async *chunks(): AsyncGenerator<Buffer> {} };

function context(changes: Partial<AttemptContext>) {
  const log = keptLog();
  const defaults = {
    spool: { create: () => assert.fail(), open: async () => BODY },
    transports: { ses: { name: 'ses', deliver: () => never<never>(), async close() {} } },
    settings: { default_transport: 'ses' as const, log_addresses: false },
    now: () => 0,
    onOutcomes: () => {},
  };
  return { log, context: { ...defaults, log, limit: 20, ...changes } };
}

test('a body that does not come within the time of an attempt defers the entry, and nothing is held against the transport', async () => {
  const { log, context: slow } = context({ spool: { create: () => assert.fail(), open: () => never() } });
  const result = await attempt(entryOf({ id: 'A' }), slow);
  assert.ok(result.kind === 'tried');
  assert.deepEqual(
    result.outcomes.map((outcome) => outcome?.kind === 'deferred' && outcome.scope),
    ['recipient'],
  );
  assert.match(String(log.of('spool')[0]?.['err']), /has not answered/);
});

test('the time in which the body was opened is not given to the transport once more', async () => {
  const clock = { now: 0 };
  const limit = 60 * 60 * 1000;
  const { context: slow } = context({
    limit,
    now: () => clock.now,
    spool: {
      create: () => assert.fail(),
      async open() {
        clock.now += limit - 20;
        return BODY;
      },
    },
  });
  const result = await attempt(entryOf({ id: 'A' }), slow);
  assert.ok(result.kind === 'tried');
  assert.match(JSON.stringify(result.outcomes), /ses has not answered/);
});
