import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Transport } from '#shared/ports/transport.ts';
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

test('a transport that is too late is broken off, and what it says of that counts', async () => {
  const outcomes: Outcome[] = [
    { kind: 'delivered', response: 'Ok' },
    { kind: 'deferred', status: '4.4.1', reason: 'broken off', scope: 'transport' },
  ];
  const ses: Transport = {
    name: 'ses',
    async deliver(_entry, _recipients, _body, signal) {
      await once(signal ?? assert.fail(), 'abort');
      return outcomes;
    },
    async close() {},
  };
  const { context: slow } = context({ transports: { ses } });
  const result = await attempt(entryOf({ to: ['a@example.net', 'b@example.net'] }), slow);
  assert.deepEqual(result, { kind: 'tried', outcomes });
});

test('a transport that throws since it is too late is in trouble, and that is no unexpected one', async () => {
  const ses: Transport = {
    name: 'ses',
    async deliver(_entry, _recipients, _body, signal) {
      await once(signal ?? assert.fail(), 'abort');
      throw new Error('broken off');
    },
    async close() {},
  };
  const { log, context: slow } = context({ transports: { ses } });
  const result = await attempt(entryOf({ to: ['a@example.net'] }), slow);
  assert.match(JSON.stringify(result), /ses has not answered/);
  assert.deepEqual(log.of('transport'), []);
});
