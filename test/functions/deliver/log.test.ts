import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logOutcomes } from '#functions/deliver/log.ts';
import { delivered, entryOf } from '../../support/entry.ts';

const recipients = ['a@example.net', 'b@example.net', 'c@example.net'];
const refused = { kind: 'failed', status: '5.1.1', reason: 'said: 550 <c@example.net>: unknown' } as const;
const attempted = {
  entry: entryOf({ to: recipients, attempts: 2 }),
  transport: 'smtp',
  recipients,
  outcomes: [delivered, delivered, refused],
};

function logged(withAddresses: boolean): object[] {
  const lines: object[] = [];
  const keep = (level: string) => (event: object, message: string) => void lines.push({ level, message, ...event });
  const log = { debug: () => undefined, info: keep('info'), warn: keep('warn'), error: keep('error') };
  logOutcomes(log, attempted, attempted.entry.arrived + 1500, withAddresses);
  return lines;
}

test('each different outcome is one event, without addresses', () => {
  const common = { event: 'delivery', queueId: '4Zx1', transport: 'smtp', attempt: 3, delay: 1.5 };
  assert.deepEqual(logged(false), [
    { ...common, level: 'info', message: 'delivered', outcome: 'delivered', recipients: 2, response: '250 2.0.0 Ok' },
    {
      ...common,
      level: 'warn',
      message: 'failed',
      outcome: 'failed',
      recipients: 1,
      status: '5.1.1',
      reason: 'said: 550 <*@example.net>: unknown',
    },
  ]);
});

test('log_addresses shows whole addresses', () => {
  const [first, second] = logged(true) as { to: string[]; reason?: string }[];
  assert.deepEqual(first?.to, ['a@example.net', 'b@example.net']);
  assert.deepEqual(second?.to, ['c@example.net']);
  assert.equal(second?.reason, refused.reason);
});
