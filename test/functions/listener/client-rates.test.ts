import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientRates, type RateSettings } from '#functions/listener/client-rates.ts';

const UNIT = 60_000;
const SETTINGS: RateSettings = {
  smtpd_client_connection_rate_limit: 0,
  smtpd_client_message_rate_limit: 2,
  smtpd_client_recipient_rate_limit: 3,
  smtpd_client_auth_rate_limit: 1,
  smtpd_client_event_limit_exceptions: ['198.51.100.0/24'],
  anvil_rate_time_unit: UNIT,
};

test('an event over its limit is told, for that event and that client alone', () => {
  const rates = new ClientRates(SETTINGS, () => 0);
  const messages = (address: string, count: number): boolean[] =>
    Array.from({ length: count }, () => rates.isOver('message', address));
  assert.deepEqual(messages('192.0.2.1', 4), [false, false, true, true]);
  assert.deepEqual(messages('192.0.2.2', 2), [false, false]);
  assert.equal(rates.isOver('recipient', '192.0.2.1'), false);
});

test('a limit of 0 and an excepted client are no limit', () => {
  const rates = new ClientRates(SETTINGS, () => 0);
  for (let i = 0; i < 10; i += 1) {
    assert.equal(rates.isOver('connection', '192.0.2.1'), false);
    assert.equal(rates.isOver('auth', '198.51.100.7'), false);
  }
});

test('a client is counted anew when its anvil_rate_time_unit is over', () => {
  let clock = 5;
  const rates = new ClientRates(SETTINGS, () => clock);
  assert.equal(rates.isOver('auth', '2001:db8::1'), false);
  clock += UNIT - 1;
  assert.equal(rates.isOver('auth', '2001:db8::1'), true);
  clock += 1;
  assert.equal(rates.isOver('auth', '2001:db8::1'), false);
});

test('property: in the span that its first event begins, a client has at most its limit', () => {
  const step = fc.record({ wait: fc.nat(UNIT), client: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let clock = 0;
      const rates = new ClientRates(SETTINGS, () => clock);
      const spans = new Map<string, { since: number; count: number }>();
      for (const { wait, client } of steps) {
        clock += wait;
        const span = spans.get(client);
        const current = span && clock < span.since + UNIT ? span : { since: clock, count: 0 };
        spans.set(client, { ...current, count: current.count + 1 });
        assert.equal(rates.isOver('recipient', client), current.count + 1 > 3);
      }
    }),
  );
});
