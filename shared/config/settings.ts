// Every setting: one row each, and nowhere else. The `Settings` that programs get, the checks of relay.yaml and
// docs/settings.md all follow from these rows. Names are Postfix's wherever the meaning is (postconf(5)).
// Nothing is read here: load-settings.ts does that.

import { RESTRICTION_NAMES } from '#shared/domain/policy/restriction-names.ts';
import { EHLO_KEYWORDS } from '#shared/domain/smtp/ehlo-keywords.ts';
import type { MechanismName } from '#shared/domain/sasl/mechanisms.ts';
import { certificateLogins, commands, domains, hostName, line, networks, path, relayhost } from './mail-values.ts';
import { own, perService, postfix, type Setting } from './setting.ts';
import { choice, count, DAY, list, orEmpty, size, time, yesNo } from './value-types.ts';

const restrictions = list('restrictions', choice(RESTRICTION_NAMES));
const mechanisms = list(
  'mechanisms',
  choice<MechanismName>(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN']),
);
const saslOptions = list('options', choice(['noanonymous', 'noplaintext']));
const tlsLevel = choice(['none', 'may', 'encrypt']);
const curves = list('groups', choice(['X25519MLKEM768', 'X25519', 'prime256v1', 'secp384r1', 'secp521r1']));
/** Node's timers reach 24 days; a wait of a day is long enough. */
const wait = time({ most: DAY });
const timeout = time({ least: 1000, most: DAY });
const limit = count({ least: 1 });
const keywords = list('keywords', choice(EHLO_KEYWORDS));

const NAMES = {
  myhostname: postfix(
    hostName,
    '$hostname',
    'The name this relay has in SMTP; $hostname is what the machine calls itself.',
  ),
  mail_name: postfix(line, 'OP25B-Relay', 'What the relay calls itself in the banner and in trace headers.'),
  smtpd_banner: perService(postfix(line, '$myhostname ESMTP $mail_name', 'What follows 220 when a client connects.')),
};

const DESTINATIONS = {
  mydestination: postfix(domains, '', 'Domains whose mail may always come in: their mail ends at this relay.'),
  relay_domains: postfix(
    domains,
    '$mydestination',
    'Domains whose mail may always come in: the relay is a backup MX for them.',
  ),
  mynetworks: perService(
    postfix(networks, '', 'Clients that permit_mynetworks lets in. Empty: nobody relays without a login.'),
  ),
};

const SESSION = {
  message_size_limit: perService(postfix(size({ least: 1 }), '29MiB', 'The largest message that is taken.')),
  line_length_limit: postfix(size({ least: 512 }), '2048', 'The longest command line that is read.'),
  hopcount_limit: postfix(limit, '50', 'A message with so many Received headers is refused: it runs in a circle.'),
  smtpd_recipient_limit: perService(postfix(limit, '1000', 'The most recipients of one message.')),
  smtpd_soft_error_limit: perService(
    postfix(limit, '10', 'After so many errors every reply waits smtpd_error_sleep_time.'),
  ),
  smtpd_hard_error_limit: perService(postfix(limit, '20', 'After so many errors the connection is closed.')),
  smtpd_error_sleep_time: perService(postfix(wait, '1s', 'How long a reply waits past smtpd_soft_error_limit.')),
  smtpd_timeout: perService(
    postfix(timeout, '300s', 'How long a client may take over a command, however it trickles, or to read an answer.'),
  ),
  smtpd_min_data_rate: perService(
    postfix(
      limit,
      '500',
      'Octets of a message in a second, on average: smtpd_timeout is the credit that it begins with.',
    ),
  ),
  smtpd_helo_required: perService(postfix(yesNo, 'yes', 'MAIL is refused before HELO or EHLO.')),
  disable_vrfy_command: perService(postfix(yesNo, 'yes', 'VRFY is refused.')),
  strict_rfc821_envelopes: perService(
    postfix(yesNo, 'yes', 'Addresses in MAIL and RCPT must stand in angle brackets.'),
  ),
  smtpd_forbid_unauth_pipelining: perService(
    postfix(yesNo, 'yes', 'A client that does not wait for answers where it must is disconnected.'),
  ),
  smtpd_forbid_bare_newline: perService(
    postfix(
      choice(['normalize', 'reject']),
      'normalize',
      'What becomes of a line that ends in a bare newline: a right line, or a refusal. It never ends a message.',
    ),
  ),
  smtpd_forbidden_commands: perService(
    postfix(commands, 'CONNECT, GET, POST', 'Commands of other protocols: who says one is disconnected.'),
  ),
  smtpd_discard_ehlo_keywords: perService(
    postfix(keywords, '', 'Extensions that EHLO does not announce; DSN, CHUNKING, AUTH and STARTTLS are off with it.'),
  ),
};

const LOGIN = {
  smtpd_sasl_auth_enable: perService(postfix(yesNo, 'no', 'Clients may log in.')),
  smtpd_sasl_local_domain: postfix(orEmpty(hostName), '$myhostname', 'The realm of a login that names none.'),
  smtpd_sasl_mechanism_list: perService(
    own(
      mechanisms,
      'SCRAM-SHA-256-PLUS, SCRAM-SHA-256, CRAM-MD5, PLAIN, LOGIN',
      "Announced, in this order; Cyrus SASL's mech_list.",
    ),
  ),
  smtpd_sasl_security_options: perService(
    postfix(saslOptions, 'noanonymous', 'noplaintext keeps PLAIN and LOGIN back where there is no TLS.'),
  ),
  smtpd_sasl_tls_security_options: perService(postfix(saslOptions, 'noanonymous', 'The same under TLS.')),
  broken_sasl_auth_clients: perService(
    postfix(yesNo, 'yes', 'AUTH is announced a second time as AUTH=, for old clients.'),
  ),
  smtpd_login_cache_time: own(wait, '5m', 'How long a verified login is remembered; 0 for not at all.'),
  smtpd_client_login_failure_limit: own(
    count(),
    '20',
    'After so many wrong logins from one address (one /64 of IPv6) its logins are put off (454), but to accounts that it has logged in to before; 0 for no limit.',
  ),
  smtpd_login_failure_forgive_time: own(
    timeout,
    '60s',
    'One wrong login of an address, and one of an account, is forgiven every so often.',
  ),
  smtpd_login_failure_delay: own(
    wait,
    '5s',
    'The longest that the answer to a login waits where more than 10 wrong ones are not forgiven; 0 for no wait.',
  ),
  credentials_refresh_time: own(
    timeout,
    '60s',
    'How old the passwords that the relay knows may be, where they lie in Secrets Manager.',
  ),
};

const TLS = {
  smtpd_tls_security_level: perService(
    postfix(tlsLevel, 'may', 'Whether STARTTLS is offered (may) or demanded (encrypt).'),
  ),
  smtpd_tls_wrappermode: perService(postfix(yesNo, 'no', 'TLS from the first byte.')),
  smtpd_tls_auth_only: perService(postfix(yesNo, 'no', 'Logins under TLS only.')),
  smtpd_tls_cert_file: postfix(path, '', 'PEM certificate chain. Empty: a self-signed one is made at the first start.'),
  smtpd_tls_key_file: postfix(path, '', "PEM key of smtpd_tls_cert_file's certificate."),
  smtpd_tls_eccert_file: postfix(path, '', 'A second one with an ECDSA key, for clients that can verify it.'),
  smtpd_tls_eckey_file: postfix(path, '', "PEM key of smtpd_tls_eccert_file's certificate."),
  smtpd_tls_ask_ccert: perService(
    postfix(yesNo, 'no', 'Clients are asked for a certificate; those of relay_clientcerts log in by it.'),
  ),
  relay_clientcerts: postfix(
    certificateLogins,
    '',
    'SHA-256 fingerprints of client certificates, each with the login that it stands for: FINGERPRINT=LOGIN.',
  ),
  tls_eecdh_auto_curves: postfix(
    curves,
    'X25519, prime256v1, secp384r1',
    'Groups of the key exchange, the best first; X25519MLKEM768 before them costs 8 KiB a session.',
  ),
  smtpd_tls_session_cache_timeout: postfix(
    timeout,
    '1h',
    'How long a TLS session may be resumed, by its ticket; tickets end with their key, too, every 12 hours.',
  ),
};

const PROXIES = {
  smtpd_upstream_proxy_protocol: perService(
    postfix(
      orEmpty(choice(['haproxy'])),
      '',
      'haproxy: the proxies of smtpd_upstream_proxy_hosts say in a PROXY header, version 1 or 2, whom they speak for.',
    ),
  ),
  smtpd_upstream_proxy_hosts: perService(
    own(networks, '', 'Proxies that must begin with a PROXY header. Anybody else must not, and speaks for itself.'),
  ),
  smtpd_upstream_proxy_timeout: perService(
    postfix(timeout, '5s', 'How long a proxy may take over its header; then the connection is closed.'),
  ),
  smtpd_authorized_xclient_hosts: perService(postfix(networks, '', 'Clients that may say XCLIENT, as tests do.')),
  smtpd_authorized_xforward_hosts: perService(
    postfix(networks, '', 'Clients that may say in XFORWARD where a message came from, for the log and the queue.'),
  ),
};

const TRACE = {
  smtpd_hide_client_session: perService(
    postfix(
      yesNo,
      'no',
      "The trace header keeps the client's name and address to itself, and how it has come. yes for submission and smtps.",
    ),
  ),
  smtpd_tls_received_header: perService(
    postfix(yesNo, 'no', 'The trace header tells of TLS: protocol, cipher and client certificate.'),
  ),
  smtpd_sasl_authenticated_header: perService(postfix(yesNo, 'no', 'The trace header tells the login.')),
};

const RESTRICTIONS = {
  smtpd_delay_reject: perService(
    postfix(
      yesNo,
      'yes',
      'no: what client, HELO and sender restrictions refuse is refused at once, and not only at RCPT.',
    ),
  ),
  smtpd_client_restrictions: perService(postfix(restrictions, '', 'Asked about the client, at RCPT.')),
  smtpd_helo_restrictions: perService(postfix(restrictions, '', "Asked about HELO's name, at RCPT.")),
  smtpd_sender_restrictions: perService(
    postfix(restrictions, 'reject_sender_login_mismatch', "Asked about MAIL's address, at RCPT."),
  ),
  smtpd_relay_restrictions: perService(
    postfix(restrictions, '', 'Asked about each recipient, before smtpd_recipient_restrictions.'),
  ),
  smtpd_recipient_restrictions: perService(
    postfix(
      restrictions,
      'permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination',
      'Asked about each recipient.',
    ),
  ),
  smtpd_etrn_restrictions: perService(postfix(restrictions, 'reject', 'Asked about ETRN.')),
};

const LIMITS = {
  smtpd_connection_limit: own(limit, '2000', 'Sessions at a time, those of all services together.'),
  smtpd_client_connection_count_limit: postfix(limit, '50', 'Sessions at a time from one address.'),
  smtpd_client_connection_rate_limit: perService(
    postfix(count(), '0', 'Connections from one address in an anvil_rate_time_unit, of the service; 0 for no limit.'),
  ),
  smtpd_client_message_rate_limit: perService(postfix(count(), '0', 'The same of MAIL commands.')),
  smtpd_client_recipient_rate_limit: perService(postfix(count(), '0', 'The same of RCPT commands.')),
  smtpd_client_auth_rate_limit: perService(postfix(count(), '0', 'The same of AUTH commands.')),
  smtpd_client_event_limit_exceptions: perService(
    postfix(networks, '$mynetworks', 'Clients that the four limits on rates do not bind.'),
  ),
  anvil_rate_time_unit: postfix(
    time({ least: 1000, most: DAY }),
    '60s',
    'What those limits count in; in this process alone.',
  ),
  smtpd_memory_limit: own(
    size({ least: 1024 ** 2 }),
    '64MiB',
    'Message bytes held in memory at a time, of all sessions together.',
  ),
  smtpd_stop_timeout: own(wait, '30s', 'How long a stop waits for messages in transit.'),
};

const QUEUE = {
  minimal_backoff_time: postfix(time({ least: 1000 }), '300s', 'The shortest wait before a delivery is tried again.'),
  maximal_backoff_time: postfix(time({ least: 1000 }), '4000s', 'The longest wait before a delivery is tried again.'),
  maximal_queue_lifetime: postfix(
    time(),
    '5d',
    'How long delivery is tried; then the message is listed as failed and kept.',
  ),
  default_destination_concurrency_limit: postfix(
    limit,
    '20',
    'Deliveries at a time; on AWS, of each deliver that runs.',
  ),
};

const DELIVERY = {
  default_transport: postfix(
    choice(['capture', 'ses', 'smtp']),
    'capture',
    'capture keeps all mail on this machine; ses is Amazon SES, the default of a deployed relay; smtp is relayhost.',
  ),
  relayhost: postfix(orEmpty(relayhost), '', 'Where default_transport: smtp delivers to.'),
  smtp_helo_name: postfix(hostName, '$myhostname', 'What the relay says in EHLO.'),
  smtp_tls_security_level: postfix(
    tlsLevel,
    'may',
    'Whether STARTTLS is used where offered (may) or demanded (encrypt).',
  ),
  smtp_sasl_password_maps: postfix(
    path,
    '',
    'A file in texthash form: next hop, space, user:password. Empty: no login.',
  ),
  smtp_connect_timeout: postfix(timeout, '30s', 'How long to wait for a connection.'),
  ses_region: own(line, '', "Amazon SES's region. Empty: the environment's."),
  ses_configuration_set: own(
    line,
    '',
    "Amazon SES's configuration set. Empty: the identity's default, or the stack's own where the relay is deployed.",
  ),
  ses_identities: own(
    domains,
    '',
    'Domains that Amazon SES sends for; a deployed relay makes an identity with DKIM for each.',
  ),
};

const LOG = {
  log_level: own(choice(['debug', 'info', 'warn', 'error']), 'info', 'The least event that is logged.'),
  log_addresses: own(yesNo, 'no', 'Whole addresses stand in the log.'),
};

/** As docs/settings.md shows them. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>> = {
  Names: NAMES,
  Destinations: DESTINATIONS,
  Sessions: SESSION,
  Logins: LOGIN,
  TLS,
  Proxies: PROXIES,
  'Trace header': TRACE,
  Restrictions: RESTRICTIONS,
  Limits: LIMITS,
  Queue: QUEUE,
  Delivery: DELIVERY,
  Log: LOG,
};

export const SETTINGS = {
  ...NAMES,
  ...DESTINATIONS,
  ...SESSION,
  ...LOGIN,
  ...TLS,
  ...PROXIES,
  ...TRACE,
  ...RESTRICTIONS,
  ...LIMITS,
  ...QUEUE,
  ...DELIVERY,
  ...LOG,
};

export type SettingName = keyof typeof SETTINGS;

/** Sizes in bytes, times in milliseconds. */
export type Settings = { readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never };

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}
