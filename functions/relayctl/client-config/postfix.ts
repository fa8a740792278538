// Postfix as the home server: postconf(5), SASL_README, TLS_README.

import type { ClientConfig, ClientTarget } from './client-config.ts';

const SUBMISSION = 587;

export function postfix({ host, port, wrapperMode, login, password }: ClientTarget): ClientConfig {
  // The key in sasl_passwd is found only if it is written as relayhost is.
  const relayhost = `[${host}]:${port === SUBMISSION ? 'submission' : port}`;
  const lines = [
    `relayhost = ${relayhost}`,
    'smtp_sasl_auth_enable = yes',
    'smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd',
    'smtp_sasl_security_options = noanonymous',
    'smtp_sasl_mechanism_filter = cram-md5, plain, login',
    '# encrypt takes a self-signed certificate too; with one that smtp_tls_CAfile can verify, write secure',
    'smtp_tls_security_level = encrypt',
    ...(wrapperMode ? ['smtp_tls_wrappermode = yes'] : []),
  ];
  return {
    files: [
      {
        path: '/etc/postfix/main.cf',
        place: 'in place of the lines of these names (Debian: needs libsasl2-modules)',
        content: `${lines.join('\n')}\n`,
      },
      { path: '/etc/postfix/sasl_passwd', place: 'one line', content: `${relayhost}  ${login}:${password}\n` },
    ],
    // postmap gives the table the mode of its source.
    commands: ['chmod 600 /etc/postfix/sasl_passwd', 'postmap hash:/etc/postfix/sasl_passwd', 'postfix reload'],
  };
}
