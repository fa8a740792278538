import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newEntries, RECIPIENTS_PER_ENTRY } from '#shared/domain/queue/entry.ts';
import { queueId } from '#shared/domain/queue/queue-id.ts';

test('a message with many recipients is several entries over one body, and nobody is lost or repeated', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (count) => {
      const recipients = Array.from({ length: count }, (_, i) => `r${i}@example.net`);
      const to = recipients.map((address) => ({ address }));
      const envelope = { sender: 'a@example.jp', recipients: to, bodyType: '7BIT' as const };
      const client = { address: '192.0.2.1', helo: 'home' };
      const entries = newEntries({ id: 'ID', envelope, size: 1, client, arrived: 0, hold: false });
      assert.deepEqual(
        entries.flatMap((entry) => entry.recipients.map(({ address }) => address)),
        recipients,
      );
      assert.ok(entries.every((entry) => entry.body === 'ID' && entry.recipients.length <= RECIPIENTS_PER_ENTRY));
      assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length);
    }),
    { numRuns: 30 },
  );
});

test('each entry of a message keeps what its sender wants to hear of the delivery', () => {
  const dsn = { ret: 'HDRS', envid: 'QQ1' } as const;
  const recipient = { address: 'r@example.net', dsn: { notify: ['NEVER'], orcpt: 'rfc822;r@example.net' } } as const;
  const recipients = Array.from({ length: RECIPIENTS_PER_ENTRY + 1 }, () => recipient);
  const envelope = { sender: 'a@example.jp', recipients, bodyType: '7BIT', dsn } as const;
  const client = { address: '192.0.2.1', helo: 'home' };
  const entries = newEntries({ id: 'ID', envelope, size: 1, client, arrived: 0, hold: false });
  assert.deepEqual(
    entries.map((entry) => entry.dsn),
    [dsn, dsn],
  );
  assert.deepEqual(entries[1]?.recipients, [{ ...recipient, status: 'pending' }]);
});

test('queue ids sort by time', () => {
  const random = Buffer.from([1, 2, 3, 4, 5, 6]);
  fc.assert(
    fc.property(fc.nat(4e12), fc.nat(4e12), (a, b) => {
      assert.equal(queueId(a, random) < queueId(b, random), a < b);
    }),
  );
  assert.match(queueId(Date.UTC(2026, 10, 24), random), /^[0-9BCDFGHJKLMNPQRSTVWXYZ]{15}$/);
});
