// The mechanisms this relay speaks, and which of them a service may use under smtpd_sasl_security_options.
// Whether a client may log in at all (smtpd_sasl_auth_enable, smtpd_tls_auth_only) is the session's business.
// Names are compared without regard to case (RFC 4422 §3.1 registers them in upper case; clients type what they like).

import { cramMd5 } from './cram-md5.ts';
import type { Exchange, LoginAttempt } from './exchange.ts';
import { login } from './login.ts';
import { plain } from './plain.ts';
import { scram } from './scram.ts';

export type MechanismName = LoginAttempt['mechanism'];

type Mechanism = {
  /** The password itself crosses the wire. */
  readonly plaintext: boolean;
  /** It is bound to the connection's TLS, and without TLS there is none. */
  readonly bound?: true;
  readonly start: (beginning: ExchangeBeginning) => Exchange;
};

type ExchangeBeginning = {
  /** What CRAM-MD5 sends, `<digits.digits@host>`; it must never have been sent before. */
  readonly challenge: string;
  /** Whether SCRAM-SHA-256-PLUS may be used on this connection. */
  readonly plusAnnounced: boolean;
};

const mechanisms: Readonly<Record<MechanismName, Mechanism>> = {
  'SCRAM-SHA-256-PLUS': {
    plaintext: false,
    bound: true,
    start: ({ plusAnnounced }) => scram('SCRAM-SHA-256-PLUS', plusAnnounced),
  },
  'SCRAM-SHA-256': { plaintext: false, start: ({ plusAnnounced }) => scram('SCRAM-SHA-256', plusAnnounced) },
  'CRAM-MD5': { plaintext: false, start: ({ challenge }) => cramMd5(challenge) },
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
 * `noanonymous` has nothing to hide, since every mechanism here names an account. What is bound to TLS needs it.
 */
export function announced(
  mechanismList: readonly string[],
  securityOptions: readonly string[],
  tls: boolean,
): MechanismName[] {
  const noPlaintext = securityOptions.includes('noplaintext');
  return mechanismList
    .map(mechanismNamed)
    .filter((name) => name !== undefined)
    .filter((name) => !(noPlaintext && mechanisms[name].plaintext) && (tls || !mechanisms[name].bound));
}

export function startExchange(name: MechanismName, beginning: ExchangeBeginning): Exchange {
  return mechanisms[name].start(beginning);
}
