import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSettings } from '#shared/config/load-settings.ts';

const FILE = `# A file with everything wrong that one file can have.
myhostname: relay example jp
mesage_size_limit: 29MiB
message_size_limit: 29M
smtpd_timeout: 5 minutes
smtpd_helo_required: maybe
smtpd_banner: $myhostnam ESMTP
mynetworks: [192.0.2.0/24, 192.0.2.300, 10.0.0.0/40]
relayhost: "[smtp.example.jp]:pop3"
default_transport: sns
smtpd_soft_error_limit: 50
minimal_backoff_time: 2h
smtpd_tls_cert_file: server.pem
hopcount_limit: 30
hopcount_limit: 40
smtpd_sender_restrictions: reject_sender_login_missmatch, hold
services:
  submission:
    log_level: debug
    smtpd_tls_security_level: encrypted
    smtpd_recipient_limits: 10
  smtps: yes
  smtp:
    smtpd_recipient_restrictions: permit_mynetworks
`;

const REPORT = `relay.yaml has 19 problems:
  relay.yaml:2: myhostname: "relay example jp" is not a host name: write a name such as relay.example.jp
  relay.yaml:3: mesage_size_limit is not a setting; did you mean message_size_limit?
  relay.yaml:4: message_size_limit: "29M" is not a size: write 29MiB, 10MB, 512KiB, 64kB, 1GiB, 1GB or a number of bytes
  relay.yaml:5: smtpd_timeout: "5 minutes" is not a time: write 250ms, 300s, 5m, 1h, 5d, 1w or a number of seconds
  relay.yaml:6: smtpd_helo_required: "maybe" is neither yes nor no
  relay.yaml:7: smtpd_banner: $myhostnam is not a setting; did you mean myhostname?
  relay.yaml:8: mynetworks: "192.0.2.300" is not a network; "10.0.0.0/40" is not a network: write an address or a CIDR block, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32
  relay.yaml:9: relayhost: "[smtp.example.jp]:pop3" is not a next hop: write [host]:port, [host], host:port or host, such as [smtp.example.jp]:submission; a port is a number, smtp, submission or submissions
  relay.yaml:10: default_transport: "sns" is not known here; did you mean ses?
  relay.yaml:11: smtpd_soft_error_limit 50 with smtpd_hard_error_limit 20: the soft limit must not be above the hard one
  relay.yaml:12: minimal_backoff_time 2h with maximal_backoff_time 4000s: the shortest wait must not be above the longest
  relay.yaml:13: smtpd_tls_cert_file server.pem with smtpd_tls_key_file empty: a certificate and its key are set together, or neither
  relay.yaml:15: hopcount_limit is set a second time: keep one
  relay.yaml:16: smtpd_sender_restrictions: "reject_sender_login_missmatch" is not known here; did you mean reject_sender_login_mismatch?
  relay.yaml:19: log_level holds for the whole relay: move it out of services
  relay.yaml:20: smtpd_tls_security_level: "encrypted" is not known here; did you mean encrypt?
  relay.yaml:21: smtpd_recipient_limits is not a setting; did you mean smtpd_recipient_limit?
  relay.yaml:22: smtps is a map of the settings that this service has for itself
  relay.yaml:24: smtpd_relay_restrictions empty with smtpd_recipient_restrictions permit_mynetworks: an open relay; one of the two must have reject_unauth_destination or reject, and no permit before it`;

test('a bad file is answered with everything that is wrong, in its order, each with what would be right', () => {
  assert.throws(() => loadSettings({ text: FILE, file: 'relay.yaml' }, { hostname: 'box' }), {
    name: 'SettingsError',
    message: REPORT,
  });
});

test('one problem is one line', () => {
  assert.throws(() => loadSettings({ text: 'mail_nam: Home', file: '/etc/relay.yaml' }, { hostname: 'box' }), {
    message: '/etc/relay.yaml:1: mail_nam is not a setting; did you mean mail_name?',
  });
});
