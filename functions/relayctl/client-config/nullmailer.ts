// nullmailer: the file `remotes` of nullmailer-send(8), which is read anew at each queue run.

import { type ClientConfig, type ClientTarget, shellQuoted } from './client-config.ts';

export function nullmailer(target: ClientTarget): ClientConfig {
  const options = [
    `port=${target.port}`,
    target.wrapperMode ? 'tls' : 'starttls',
    ...(target.selfSigned ? ['insecure'] : []),
    `user=${shellQuoted(target.login)}`,
    `pass=${shellQuoted(target.password)}`,
  ];
  return {
    files: [
      {
        path: '/etc/nullmailer/remotes',
        place: 'the whole file',
        content: `${target.host} smtp ${options.join(' ')}\n`,
      },
    ],
    commands: ['chown mail:mail /etc/nullmailer/remotes', 'chmod 600 /etc/nullmailer/remotes'],
  };
}
