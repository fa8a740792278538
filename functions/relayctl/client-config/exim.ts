// Exim as Debian sets it up: update-exim4.conf(8), exim4-config_files(5). Debian's file has client authenticators already, and
// Exim refuses a second one for a mechanism, so login and password go where those look for them.

import type { ClientConfig, ClientTarget } from './client-config.ts';

const PASSWORDS = '/etc/exim4/passwd.client';

export function exim(target: ClientTarget): ClientConfig {
  const settings = ["dc_eximconfig_configtype='smarthost'", `dc_smarthost='${target.host}::${target.port}'`];
  const macros = [
    'REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *',
    ...(target.wrapperMode ? ['REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps'] : []),
    `REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS = ${target.selfSigned ? '!*' : '*'}`,
  ];
  return {
    files: [
      {
        path: '/etc/exim4/update-exim4.conf.conf',
        place: 'in place of the lines of these names',
        content: `${settings.join('\n')}\n`,
      },
      {
        path: '/etc/exim4/exim4.conf.localmacros',
        place: "added (with dc_use_split_config='true': /etc/exim4/conf.d/main/000_localmacros)",
        content: `${macros.join('\n')}\n`,
      },
      {
        path: PASSWORDS,
        place: 'the only line; * because Exim looks for the name that a CNAME of the relay leads to',
        content: `*:${target.login}:${target.password}\n`,
      },
    ],
    commands: [
      `chown root:Debian-exim ${PASSWORDS}`,
      `chmod 640 ${PASSWORDS}`,
      'update-exim4.conf',
      'systemctl restart exim4',
    ],
  };
}
