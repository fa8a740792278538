import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterAttempt, recipientsToTry } from '#shared/domain/delivery/after-attempt.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { RecipientState } from '#shared/domain/queue/entry.ts';
import { deferred, delivered, entryOf, failed, hostDown } from '../../support/entry.ts';

const HOUR = 60 * 60 * 1000;
const settings = { minimal_backoff_time: 300_000, maximal_backoff_time: 4_000_000, maximal_queue_lifetime: 120 * HOUR };
const two = ['a@example.net', 'b@example.net'];

test('an entry is done when every recipient is delivered', () => {
  const entry = entryOf({ to: two });
  assert.equal(afterAttempt(entry, [delivered, delivered], entry.arrived, settings), undefined);
});

test('what is deferred stays queued and due by its age, and what is delivered is not tried again', () => {
  const entry = entryOf({ to: two });
  const after = afterAttempt(entry, [delivered, deferred], entry.arrived + HOUR, settings);
  assert.ok(after);
  assert.equal(after.state, 'queued');
  assert.equal(after.attempts, 1);
  assert.equal(after.due, entry.arrived + 2 * HOUR);
  assert.deepEqual(after.recipients, [
    { address: 'a@example.net', status: 'delivered', reason: '250 2.0.0 Ok' },
    { address: 'b@example.net', status: 'pending', reason: 'busy' },
  ]);
  assert.deepEqual(recipientsToTry(after), [1]);
});

test('an entry is failed when nothing is pending and somebody failed', () => {
  const entry = entryOf({ to: two });
  const after = afterAttempt(entry, [failed, delivered], entry.arrived, settings);
  assert.equal(after?.state, 'failed');
  assert.deepEqual(after?.recipients[0], { address: 'a@example.net', status: 'failed', reason: 'unknown' });
});

test('an entry with a failed and a pending recipient stays queued for the pending one alone', () => {
  const entry = entryOf({ to: two });
  const after = afterAttempt(entry, [failed, hostDown], entry.arrived, settings);
  assert.ok(after);
  assert.equal(after.state, 'queued');
  assert.deepEqual(recipientsToTry(after), [1]);
});

test('what is deferred after maximal_queue_lifetime is failed, with what was said last', () => {
  const entry = entryOf({ to: two });
  const after = afterAttempt(entry, [delivered, deferred], entry.arrived + 120 * HOUR, settings);
  assert.equal(after?.state, 'failed');
  assert.deepEqual(after?.recipients[1], { address: 'b@example.net', status: 'failed', reason: 'expired: busy' });
});

test('an entry that an operator flushed after it had failed is tried for those who failed', () => {
  const recipients: RecipientState[] = [
    { address: 'a@example.net', status: 'delivered' },
    { address: 'b@example.net', status: 'failed' },
  ];
  const entry = entryOf({ recipients });
  assert.deepEqual(recipientsToTry(entry), [1]);
  assert.equal(afterAttempt(entry, [undefined, delivered], entry.arrived, settings), undefined);
});

test('a long answer of a next hop is cut', () => {
  const entry = entryOf();
  const after = afterAttempt(entry, [{ ...failed, reason: 'x'.repeat(1_000_000) } as Outcome], entry.arrived, settings);
  assert.equal(after?.recipients[0]?.reason?.length, 500);
});

const anyRecipient = fc.record({
  address: fc.emailAddress(),
  status: fc.constantFrom('pending' as const, 'delivered' as const, 'failed' as const),
});
const anyOutcome = fc.constantFrom<Outcome | undefined>(delivered, deferred, failed, hostDown, undefined);

test('property: no recipient is lost, none delivered is touched, and an entry ends only when all are delivered', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyRecipient, anyOutcome), { minLength: 1, maxLength: 50 }),
      fc.nat(200 * HOUR),
      (pairs, age) => {
        const entry = entryOf({ recipients: pairs.map(([recipient]) => recipient) });
        const outcomes = pairs.map(([, outcome]) => outcome);
        const after = afterAttempt(entry, outcomes, entry.arrived + age, settings);
        const isDelivered = pairs.map(
          ([{ status }, outcome]) => status === 'delivered' || outcome?.kind === 'delivered',
        );
        if (after === undefined) {
          assert.ok(isDelivered.every(Boolean));
          return;
        }
        assert.deepEqual(
          after.recipients.map(({ address }) => address),
          entry.recipients.map(({ address }) => address),
        );
        for (const [i, recipient] of after.recipients.entries()) {
          assert.equal(recipient.status === 'delivered', isDelivered[i]);
          if (entry.recipients[i]?.status === 'delivered') assert.deepEqual(recipient, entry.recipients[i]);
        }
        const isPending = after.recipients.some(({ status }) => status === 'pending');
        assert.equal(after.state, isPending ? 'queued' : 'failed');
        assert.ok(after.due >= entry.arrived + age);
      },
    ),
  );
});
