// The services that always exist, and what each sets for itself: Postfix's stock master.cf, with logins on the two
// submission ports (587 of RFC 6409, 465 of RFC 8314). relay.yaml's `services` adds to them, and may define further ones. Each may be closed by not
// giving it a port.

import type { SettingName } from './settings.ts';

const SUBMISSION_RECIPIENTS = 'permit_sasl_authenticated, reject';

/** By service, then by setting: values as in relay.yaml. */
export const BUILT_IN_SERVICES: ReadonlyMap<string, ReadonlyMap<SettingName, string>> = new Map([
  ['smtp', new Map<SettingName, string>()],
  [
    'submission',
    new Map<SettingName, string>([
      ['smtpd_tls_security_level', 'encrypt'],
      ['smtpd_tls_auth_only', 'yes'],
      ['smtpd_sasl_auth_enable', 'yes'],
      ['smtpd_hide_client_session', 'yes'],
      ['smtpd_recipient_restrictions', SUBMISSION_RECIPIENTS],
    ]),
  ],
  [
    'smtps',
    new Map<SettingName, string>([
      ['smtpd_tls_security_level', 'encrypt'],
      ['smtpd_tls_wrappermode', 'yes'],
      ['smtpd_sasl_auth_enable', 'yes'],
      ['smtpd_hide_client_session', 'yes'],
      ['smtpd_recipient_restrictions', SUBMISSION_RECIPIENTS],
    ]),
  ],
]);
