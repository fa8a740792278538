// The mechanisms this relay speaks, and which of them a service may use under smtpd_sasl_security_options.
// Whether a client may log in at all (smtpd_sasl_auth_enable, smtpd_tls_auth_only) is the session's business.
// Names are compared without regard to case (RFC 4422 §3.1 registers them in upper case; clients type what they like).

import { cramMd5 } from './cram-md5.ts';
import type { Exchange, LoginAttempt } from './exchange.ts';
import { login } from './login.ts';
import { plain } from './plain.ts';

export type MechanismName = LoginAttempt['mechanism'];

type Mechanism = {
  /** The password itself crosses the wire. */
  readonly plaintext: boolean;
  readonly start: (challenge: string) => Exchange;
};

const mechanisms: Readonly<Record<MechanismName, Mechanism>> = {
  'CRAM-MD5': { plaintext: false, start: cramMd5 },
  PLAIN: { plaintext: true, start: () => plain },
  LOGIN: { plaintext: true, start: () => login },
};

/** The mechanism of that name, if this relay speaks it. */
export function mechanismNamed(name: string): MechanismName | undefined {
  const upper = name.toUpperCase();
  return isMechanism(upper) ? upper : undefined;
}

function isMechanism(name: string): name is MechanismName {
  return Object.hasOwn(mechanisms, name);
}

/** The one of `mechanismList` that has this name, whether or not the security options let it be used. */
export function findMechanism(mechanismList: readonly string[], name: string): MechanismName | undefined {
  const found = mechanismNamed(name);
  return mechanismList.some((listed) => mechanismNamed(listed) === found) ? found : undefined;
}

/**
 * The mechanisms that may be used, in the order of `mechanismList`. `noplaintext` hides those that send the password itself;
 * `noanonymous` has nothing to hide, since every mechanism here names an account.
 */
export function announced(mechanismList: readonly string[], securityOptions: readonly string[]): MechanismName[] {
  const noPlaintext = securityOptions.includes('noplaintext');
  return mechanismList
    .map(mechanismNamed)
    .filter((name) => name !== undefined)
    .filter((name) => !(noPlaintext && mechanisms[name].plaintext));
}

/** `challenge` is what CRAM-MD5 sends, `<digits.digits@host>`; it must never have been sent before. */
export function startExchange(name: MechanismName, { challenge }: { readonly challenge: string }): Exchange {
  return mechanisms[name].start(challenge);
}
