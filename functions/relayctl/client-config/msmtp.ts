// msmtp: msmtp(1).

import type { ClientConfig, ClientTarget } from './client-config.ts';

export function msmtp(target: ClientTarget): ClientConfig {
  const lines = [
    'account relay',
    `host ${target.host}`,
    `port ${target.port}`,
    'tls on',
    `tls_starttls ${target.wrapperMode ? 'off' : 'on'}`,
    ...(target.selfSigned ? ['tls_certcheck off'] : ['tls_trust_file system']),
    'auth on',
    `user ${target.login}`,
    // msmtp takes off one pair of double quotes, if there is one, and nothing else.
    `password "${target.password}"`,
    `from ${target.sender}`,
    'account default : relay',
  ];
  return {
    files: [{ path: '~/.msmtprc', place: 'the whole file', content: `${lines.join('\n')}\n` }],
    commands: ['chmod 600 ~/.msmtprc'],
  };
}
