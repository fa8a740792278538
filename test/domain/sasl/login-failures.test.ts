import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { clientNetwork } from '#shared/domain/sasl/client-network.ts';
import {
  answerDelay,
  FREE_FAILURES,
  isRefused,
  MOST_FAILURES,
  withFailures,
} from '#shared/domain/sasl/login-failures.ts';

const EACH = 60_000;
const SETTINGS = {
  smtpd_client_login_failure_limit: 20,
  smtpd_login_failure_forgive_time: EACH,
  smtpd_login_failure_delay: 5000,
};
const NOW = 1_700_000_000_000;

function failed(count: number, now = NOW, before = 0): number {
  return withFailures(before, count, now, SETTINGS);
}

suite('failed logins', () => {
  test('lead to a refusal from the limit on, and one is listened to again when one is forgiven', () => {
    assert.equal(isRefused(failed(19), NOW, SETTINGS), false);
    assert.equal(isRefused(failed(20), NOW, SETTINGS), true);
    assert.equal(isRefused(failed(20), NOW + EACH - 1, SETTINGS), true);
    assert.equal(isRefused(failed(20), NOW + EACH, SETTINGS), false);
    assert.equal(isRefused(failed(1, NOW + EACH, failed(20)), NOW + EACH, SETTINGS), true);
  });

  test('lead to no refusal where there is no limit', () => {
    assert.equal(isRefused(failed(99), NOW, { ...SETTINGS, smtpd_client_login_failure_limit: 0 }), false);
  });

  test('delay no answer up to ten, then each a second more, up to the longest', () => {
    const delays = [0, FREE_FAILURES, 11, 12, 15, 90].map((count) => answerDelay(failed(count), NOW, SETTINGS));
    assert.deepEqual(delays, [0, 0, 1000, 2000, 5000, 5000]);
    assert.equal(answerDelay(failed(90), NOW, { ...SETTINGS, smtpd_login_failure_delay: 0 }), 0);
  });

  test('one every few minutes, for days, is never refused or slowed down', () => {
    let forgivenAt = 0;
    for (let now = NOW; now < NOW + 5 * 24 * 60 * EACH; now += 5 * EACH) {
      assert.equal(isRefused(forgivenAt, now, SETTINGS), false);
      forgivenAt = failed(1, now, forgivenAt);
      assert.equal(answerDelay(forgivenAt, now, SETTINGS), 0);
    }
  });

  test('property: however they come, no client has more checked than the limit and one for each forgiveness', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * EACH }), { maxLength: 300 }), (gaps) => {
        let now = NOW;
        let forgivenAt = 0;
        let checked = 0;
        for (const gap of gaps) {
          now += gap;
          if (isRefused(forgivenAt, now, SETTINGS)) continue;
          checked += 1;
          forgivenAt = failed(1, now, forgivenAt);
        }
        assert.ok(checked <= SETTINGS.smtpd_client_login_failure_limit + (now - NOW) / EACH);
      }),
    );
  });

  test('property: all are forgiven in a bounded time, and another never brings that nearer', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(EACH), fc.integer({ min: 1, max: 200 }))), (events) => {
        let now = NOW;
        let forgivenAt = 0;
        for (const [gap, count] of events) {
          now += gap;
          const after = failed(count, now, forgivenAt);
          assert.ok(after >= forgivenAt && after <= now + MOST_FAILURES * EACH);
          assert.equal(isRefused(after, after, SETTINGS), false);
          assert.equal(answerDelay(after, after, SETTINGS), 0);
          forgivenAt = after;
        }
      }),
    );
  });
});

suite('whom failed logins are counted for', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:12:a:b:c:d', '2001:db8:0:12::/64'],
    ['2001:0db8:0000:0012::', '2001:db8:0:12::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['', ''],
  ] as const) {
    test(`${address || 'nothing'} is ${network || 'nothing'}`, () => assert.equal(clientNetwork(address), network));
  }

  test('property: all addresses of a /64 are one client, and those of two are two', () => {
    const groups = (count: number) => fc.array(fc.nat(0xffff), { minLength: count, maxLength: count });
    const text = (...parts: number[][]): string =>
      parts
        .flat()
        .map((part) => part.toString(16))
        .join(':');
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), groups(4), (network, other, a, b) => {
        const client = clientNetwork(text(network, a));
        assert.ok(isIPv6(client.replace('/64', '')));
        assert.equal(clientNetwork(text(network, b)), client);
        assert.equal(clientNetwork(text(other, a)) === client, text(other) === text(network));
      }),
    );
  });
});
