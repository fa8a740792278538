// A queue entry for tests, and what it is made of.

import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';

export function entryOf(changes: Partial<Entry> & { readonly to?: readonly string[] } = {}): Entry {
  const { to = ['someone@example.net'], ...rest } = changes;
  return {
    version: 1,
    id: '4Zx1',
    body: '4Zx1',
    size: 100,
    sender: 'aaa@example.jp',
    recipients: to.map((address) => ({ address, status: 'pending' })),
    bodyType: '7BIT',
    client: { address: '192.0.2.1', helo: 'home.example.jp', login: 'aaa@mail.example.jp' },
    arrived: 1_700_000_000_123,
    state: 'queued',
    due: 1_700_000_000_123,
    attempts: 0,
    ...rest,
  };
}

export const delivered: Outcome = { kind: 'delivered', response: '250 2.0.0 Ok' };
export const deferred: Outcome = { kind: 'deferred', status: '4.2.0', reason: 'busy', scope: 'recipient' };
export const failed: Outcome = { kind: 'failed', status: '5.1.1', reason: 'unknown' };
export const hostDown: Outcome = { kind: 'deferred', status: '4.4.1', reason: 'no route', scope: 'transport' };
