// The relay with the memo's settings and accounts (test/memo), and one of those accounts.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type RelayProcess, startRelay } from '../../support/relay-process.ts';

const MEMO = join(import.meta.dirname, '../../memo');

export const AAA = { login: 'aaa@mail.example.jp', password: 'secret-a', sender: 'aaa@example.jp' };

/** For the relay's command line. */
export const MEMO_ACCOUNTS = ['--directory', join(MEMO, 'directory.yaml')];

/** `mechanisms`: those that the memo's settings name, or the relay's default. */
export async function startMemoRelay(t: TestContext, mechanisms: 'memo' | 'default' = 'memo'): Promise<RelayProcess> {
  const settings = await readFile(join(MEMO, 'relay.yaml'), 'utf8');
  return startRelay(t, {
    settings: mechanisms === 'memo' ? settings : settings.replace(/^smtpd_sasl_mechanism_list:.*\n/m, ''),
    args: MEMO_ACCOUNTS,
    ports: 'submission=0,smtps=0,console=0',
  });
}
