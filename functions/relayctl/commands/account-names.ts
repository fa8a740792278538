// What an operator types for an account: its login, and the sender addresses that it owns.

import { canonicalLogin, isLogin, isSenderPattern } from '#shared/domain/directory/account.ts';
import { OperatorError } from '../operator-error.ts';
import type { RelayFile } from '../relay-file.ts';

/** The realm that was left out is the relay's own. */
export function fullLogin(typed: string, started: RelayFile | undefined): string {
  const login = canonicalLogin(typed, started?.localDomain ?? '');
  if (!isLogin(login)) {
    throw new OperatorError(
      `${typed} ${login.includes('@') ? 'is no login' : `has no realm, and ${whyNone(started)}`}; write user@realm`,
    );
  }
  return login;
}

function whyNone(started: RelayFile | undefined): string {
  return started ? 'smtpd_sasl_local_domain is empty' : 'the relay has not been started here yet';
}

export function sendersOf(patterns: readonly string[]): string[] {
  const wrong = patterns.find((pattern) => !isSenderPattern(pattern));
  if (wrong !== undefined) throw new OperatorError(`${wrong} is no sender; write user@domain, @domain or "*"`);
  return patterns.map((pattern) => pattern.toLowerCase());
}
