// Settings that are right one by one and wrong together, as a table. Each row names what it compares, so that the report
// can point at the line; whoever reports passes a row over where one of its settings could not be read.

import type { RestrictionName } from '#shared/domain/policy/restriction-names.ts';
import { announced } from '#shared/domain/sasl/mechanisms.ts';
import { SETTINGS, type SettingName, type Settings } from './settings.ts';

export type Contradiction = { readonly about: readonly SettingName[]; readonly message: string };

export type Check = {
  readonly about: readonly SettingName[];
  readonly holds: (settings: Settings) => boolean;
  readonly right: string;
};

/** Who is named there may say that it is somebody else. */
const BELIEVED = [
  'smtpd_upstream_proxy_hosts',
  'smtpd_authorized_xclient_hosts',
  'smtpd_authorized_xforward_hosts',
] as const;

const CHECKS: readonly Check[] = [
  ...BELIEVED.map((name) => ({
    about: [name],
    holds: (s: Settings) => !s[name].some((network) => network.endsWith('/0')),
    right: 'anybody could pretend to be any client; name your own machines',
  })),
  {
    about: ['smtpd_soft_error_limit', 'smtpd_hard_error_limit'],
    holds: (s) => s.smtpd_soft_error_limit <= s.smtpd_hard_error_limit,
    right: 'the soft limit must not be above the hard one',
  },
  {
    about: ['minimal_backoff_time', 'maximal_backoff_time'],
    holds: (s) => s.minimal_backoff_time <= s.maximal_backoff_time,
    right: 'the shortest wait must not be above the longest',
  },
  {
    about: ['default_transport', 'relayhost'],
    holds: (s) => s.default_transport !== 'smtp' || s.relayhost !== '',
    right: 'say where to deliver, such as relayhost: "[smtp.example.jp]:submission"',
  },
  {
    about: ['smtpd_tls_cert_file', 'smtpd_tls_key_file'],
    holds: (s) => (s.smtpd_tls_cert_file === '') === (s.smtpd_tls_key_file === ''),
    right: 'a certificate and its key are set together, or neither',
  },
  {
    about: ['smtpd_tls_eccert_file', 'smtpd_tls_eckey_file'],
    holds: (s) => (s.smtpd_tls_eccert_file === '') === (s.smtpd_tls_eckey_file === ''),
    right: 'a certificate and its key are set together, or neither',
  },
  {
    about: ['smtpd_tls_wrappermode', 'smtpd_tls_security_level'],
    holds: (s) => !s.smtpd_tls_wrappermode || s.smtpd_tls_security_level !== 'none',
    right: 'TLS from the first byte wants the level may or encrypt',
  },
  {
    about: ['smtpd_sasl_auth_enable', 'smtpd_tls_auth_only', 'smtpd_tls_security_level'],
    holds: (s) => !s.smtpd_sasl_auth_enable || !s.smtpd_tls_auth_only || s.smtpd_tls_security_level !== 'none',
    right: 'nobody could log in; logins under TLS only want the level may or encrypt',
  },
  {
    about: ['smtpd_sasl_auth_enable', 'smtpd_sasl_mechanism_list'],
    holds: (s) => !s.smtpd_sasl_auth_enable || usableMechanisms(s).length > 0,
    right: 'nobody could log in; leave a mechanism that the security options allow',
  },
  {
    // Postfix refuses to start on such a configuration, too.
    about: ['smtpd_relay_restrictions', 'smtpd_recipient_restrictions'],
    holds: (s) => refusesStrangers(s.smtpd_relay_restrictions) || refusesStrangers(s.smtpd_recipient_restrictions),
    right: 'an open relay; one of the two must have reject_unauth_destination or reject, and no permit before it',
  },
  {
    about: ['smtpd_upstream_proxy_protocol', 'smtpd_upstream_proxy_hosts'],
    holds: (s) => s.smtpd_upstream_proxy_protocol === '' || s.smtpd_upstream_proxy_hosts.length > 0,
    right: 'no proxy is believed; name those that stand before this relay',
  },
  {
    about: ['mynetworks'],
    holds: (s) => !s.mynetworks.some((network) => network.endsWith('/0')),
    right: 'the whole internet could relay; name your own networks',
  },
];

/** `further`: what is wrong together only where this relay runs. */
export function contradictions(settings: Settings, further: readonly Check[] = []): Contradiction[] {
  return [...CHECKS, ...further]
    .filter(({ holds }) => !holds(settings))
    .map(({ about, right }) => ({
      about,
      message: `${about.map((name) => `${name} ${shown(name, settings)}`).join(' with ')}: ${right}`,
    }));
}

function shown(name: SettingName, settings: Settings): string {
  const type: { format(value: unknown): string } = SETTINGS[name].type;
  return type.format(settings[name]) || 'empty';
}

/** Under TLS where the service has it. */
function usableMechanisms(settings: Settings): readonly string[] {
  const { smtpd_sasl_security_options: clear, smtpd_sasl_tls_security_options: tls } = settings;
  const hasTls = settings.smtpd_tls_security_level !== 'none';
  return announced(settings.smtpd_sasl_mechanism_list, hasTls ? tls : clear, hasTls);
}

function refusesStrangers(restrictions: readonly RestrictionName[]): boolean {
  const end = restrictions.indexOf('permit');
  const asked = end < 0 ? restrictions : restrictions.slice(0, end);
  return asked.includes('reject_unauth_destination') || asked.includes('reject');
}
