import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadSettings, SettingsError } from '#shared/config/load-settings.ts';

function problemsOf(text: string): string[] {
  try {
    loadSettings({ text, file: 'relay.yaml' }, { hostname: 'box.example.jp' });
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.problems.map(({ line, message }) => `${line ?? '-'} ${message}`);
  }
}

const REFUSED: Readonly<Record<string, readonly [text: string, problem: string]>> = {
  'a soft error limit above the hard one': [
    'smtpd_soft_error_limit: 30',
    '1 smtpd_soft_error_limit 30 with smtpd_hard_error_limit 20: the soft limit must not be above the hard one',
  ],
  'a longest wait below the shortest': [
    'maximal_backoff_time: 1m',
    '1 minimal_backoff_time 5m with maximal_backoff_time 1m: the shortest wait must not be above the longest',
  ],
  'delivery by SMTP to nowhere': [
    'default_transport: smtp',
    '1 default_transport smtp with relayhost empty: say where to deliver, such as relayhost: "[smtp.example.jp]:submission"',
  ],
  'a certificate without its key': [
    'smtpd_tls_cert_file: a.pem',
    '1 smtpd_tls_cert_file a.pem with smtpd_tls_key_file empty: a certificate and its key are set together, or neither',
  ],
  'a key without its certificate': [
    'smtpd_tls_key_file: a.key',
    '1 smtpd_tls_cert_file empty with smtpd_tls_key_file a.key: a certificate and its key are set together, or neither',
  ],
  'an ECDSA certificate without its key': [
    'smtpd_tls_eccert_file: a.pem',
    '1 smtpd_tls_eccert_file a.pem with smtpd_tls_eckey_file empty: a certificate and its key are set together, or neither',
  ],
  'TLS from the first byte without TLS': [
    'services:\n  smtps:\n    smtpd_tls_security_level: none',
    '3 smtpd_tls_wrappermode yes with smtpd_tls_security_level none: TLS from the first byte wants the level may or encrypt',
  ],
  'logins under a TLS that there is not': [
    'services:\n  submission:\n    smtpd_tls_security_level: none',
    '3 smtpd_sasl_auth_enable yes with smtpd_tls_auth_only yes with smtpd_tls_security_level none: ' +
      'nobody could log in; logins under TLS only want the level may or encrypt',
  ],
  'logins without a mechanism': [
    'smtpd_sasl_mechanism_list: plain\nsmtpd_sasl_tls_security_options: noplaintext',
    '1 smtpd_sasl_auth_enable yes with smtpd_sasl_mechanism_list PLAIN: nobody could log in; ' +
      'leave a mechanism that the security options allow',
  ],
  'an open relay, because nothing refuses': [
    'services:\n  smtp:\n    smtpd_recipient_restrictions: permit_mynetworks, hold',
    '3 smtpd_relay_restrictions empty with smtpd_recipient_restrictions permit_mynetworks, hold: ' +
      'an open relay; one of the two must have reject_unauth_destination or reject, and no permit before it',
  ],
  'an open relay, because a permit stands before what refuses': [
    'services:\n  smtp:\n    smtpd_recipient_restrictions: permit, reject',
    '3 smtpd_relay_restrictions empty with smtpd_recipient_restrictions permit, reject: ' +
      'an open relay; one of the two must have reject_unauth_destination or reject, and no permit before it',
  ],
  'an open relay, because everybody is inside': [
    'mynetworks: [10.0.0.0/8, "::/0"]',
    '1 mynetworks 10.0.0.0/8, ::/0: the whole internet could relay; name your own networks',
  ],
};

suite('settings that are wrong together', () => {
  for (const [name, [text, problem]] of Object.entries(REFUSED)) {
    test(name, () => assert.deepEqual(problemsOf(text), [problem]));
  }
});

suite('settings that look alike and are right', () => {
  const accepted: Readonly<Record<string, string>> = {
    'equal limits': 'smtpd_soft_error_limit: 20\nminimal_backoff_time: 4000s',
    'delivery by SMTP to a smarthost': 'default_transport: smtp\nrelayhost: example.jp',
    'a certificate and its key': 'smtpd_tls_cert_file: a.pem\nsmtpd_tls_key_file: a.key',
    'no TLS for strangers': 'smtpd_tls_security_level: none',
    'no password in the clear where there is no TLS': 'smtpd_sasl_security_options: [noanonymous, noplaintext]',
    'a service that refuses in its relay restrictions':
      'services:\n  smtp:\n    smtpd_relay_restrictions: reject_unauth_destination\n    smtpd_recipient_restrictions: permit',
  };
  for (const [name, text] of Object.entries(accepted)) test(name, () => assert.deepEqual(problemsOf(text), []));
});

test('settings are not compared while one of them cannot be read', () => {
  assert.deepEqual(problemsOf('smtpd_soft_error_limit: 30\nsmtpd_hard_error_limit: many'), [
    '2 smtpd_hard_error_limit: "many" is not a number: write a whole number',
  ]);
});

test('a contradiction stands at the later of its lines, once for all services', () => {
  assert.deepEqual(problemsOf('smtpd_soft_error_limit: 9\nmail_name: a\nsmtpd_hard_error_limit: 8'), [
    '3 smtpd_soft_error_limit 9 with smtpd_hard_error_limit 8: the soft limit must not be above the hard one',
  ]);
});
