// OpenSMTPD 6.4 and later: smtpd.conf(5), table(5). It logs in with PLAIN or LOGIN alone.

import type { ClientConfig, ClientTarget } from './client-config.ts';

const SECRETS = '/etc/smtpd.secrets';

export function opensmtpd(target: ClientTarget): ClientConfig {
  const url = `${target.wrapperMode ? 'smtps' : 'smtp+tls'}://op25b@${target.host}:${target.port}`;
  const lines = [
    `table op25b file:${SECRETS}`,
    `action "relay" relay host ${url} ${target.selfSigned ? 'tls no-verify ' : ''}auth <op25b>`,
    'match from local for any action "relay"',
  ];
  return {
    files: [
      {
        path: '/etc/smtpd.conf',
        place: 'in place of the action "relay" and its match (OpenBSD: /etc/mail/smtpd.conf)',
        content: `${lines.join('\n')}\n`,
      },
      { path: SECRETS, place: 'one line', content: `op25b ${target.login}:${target.password}\n` },
    ],
    commands: [
      `chown root:opensmtpd ${SECRETS}   # OpenBSD: root:_smtpd`,
      `chmod 640 ${SECRETS}`,
      'systemctl restart opensmtpd   # OpenBSD: rcctl restart smtpd',
    ],
  };
}
