// Exim 4.82 and later: the manualroute router, the smtp transport and the client side of two authenticators.

import type { ClientConfig, ClientFile, ClientTarget } from './client-config.ts';

export function exim(target: ClientTarget): ClientConfig {
  const auth = section('auth/20_op25b_relay', 'authenticators', [
    'op25b_cram_md5:',
    '  driver = cram_md5',
    '  public_name = CRAM-MD5',
    `  client_name = ${expanded(target.login)}`,
    `  client_secret = ${expanded(target.password)}`,
    '',
    'op25b_plain:',
    '  driver = plaintext',
    '  public_name = PLAIN',
    `  client_send = ^${expanded(circumflexes(target.login))}^${expanded(circumflexes(target.password))}`,
  ]);
  return {
    files: [
      section('router/160_op25b_relay', 'routers', [
        'op25b_relay:',
        '  driver = manualroute',
        '  domains = ! +local_domains',
        '  transport = op25b_relay_smtp',
        `  route_list = * ${target.host}::${target.port}`,
        '  host_find_failed = defer',
        '  no_more',
      ]),
      section('transport/20_op25b_relay', 'transports', [
        'op25b_relay_smtp:',
        '  driver = smtp',
        ...(target.wrapperMode ? ['  protocol = smtps'] : []),
        '  hosts_require_tls = *',
        target.selfSigned ? '  tls_try_verify_hosts =' : '  tls_verify_hosts = *',
        '  hosts_require_auth = *',
      ]),
      auth,
    ],
    commands: [
      `chown root:Debian-exim ${auth.path}`,
      `chmod 640 ${auth.path}`,
      'update-exim4.conf',
      'systemctl reload exim4',
    ],
  };
}

function section(file: string, name: string, lines: readonly string[]): ClientFile {
  return {
    path: `/etc/exim4/conf.d/${file}`,
    place: `with dc_use_split_config='true'; elsewhere below "begin ${name}" in Exim's own file`,
    content: `${lines.join('\n')}\n`,
  };
}

/** Exim expands these options: what is special to it, or to the list that client_send is, is written as \xHH. */
function expanded(text: string): string {
  return text.replace(/[^\w.@^-]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** In client_send a single circumflex stands for NUL. */
function circumflexes(text: string): string {
  return text.replaceAll('^', '^^');
}
