// The relay with the memo's settings and accounts (test/memo), and one of those accounts.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RelayProcess, startRelay } from '../../support/relay-process.ts';

const MEMO = join(import.meta.dirname, '../../memo');

export const AAA = { login: 'aaa@mail.example.jp', password: 'secret-a', sender: 'aaa@example.jp' };

/** For the relay's command line. */
export const MEMO_ACCOUNTS = ['--directory', join(MEMO, 'directory.yaml')];

export async function startMemoRelay(t: TestContext): Promise<RelayProcess> {
  return startRelay(t, {
    args: ['--settings', join(MEMO, 'relay.yaml'), ...MEMO_ACCOUNTS],
    ports: 'submission=0,smtps=0,console=0',
  });
}
