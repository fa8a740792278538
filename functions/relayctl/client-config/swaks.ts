// swaks, to try an account from a shell: swaks(1). It sends a test message to the sender itself.

import { type ClientConfig, type ClientTarget, shellQuoted } from './client-config.ts';

export function swaks(target: ClientTarget): ClientConfig {
  const options = [
    `--server ${target.host} --port ${target.port} ${target.wrapperMode ? '--tls-on-connect' : '--tls'}`,
    `--auth PLAIN --auth-user ${shellQuoted(target.login)} --auth-password ${shellQuoted(target.password)}`,
    `--from ${shellQuoted(target.sender)} --to ${shellQuoted(target.sender)}`,
  ];
  return { files: [], commands: [`swaks ${options.join(' ')}`] };
}
