// A first start makes one account, so that there is something to try at once, and shows its password this one time.

import { randomBytes } from 'node:crypto';
import { withPassword } from '#shared/domain/sasl/credential.ts';
import { formatPassword } from '#shared/domain/sasl/password.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { Directory } from '#shared/ports/directory.ts';

export type FirstAccount = { readonly login: string; readonly password: string };

/** Undefined where there are accounts already. */
export async function makeFirstAccount(
  store: { readonly directory: Directory; readonly credentials: Credentials },
  localDomain: string,
): Promise<FirstAccount | undefined> {
  const { directory, credentials } = store;
  if ((await directory.accounts()).length > 0) return undefined;
  const login = `home@${localDomain}`;
  const password = formatPassword(randomBytes(16));
  const created = Date.now();
  await credentials.put(withPassword(undefined, { login, name: 'default', password, salt: randomBytes(16), created }));
  await directory.put({ login, senders: ['*'], disabled: false, created });
  return { login, password };
}

/** What to do with it, ready to paste. */
export function introduction(
  { login, password }: FirstAccount,
  host: string,
  ports: ReadonlyMap<string, number>,
): string {
  const port = ports.get('submission') ?? ports.get('smtps') ?? 0;
  const tls = ports.has('submission') ? '--tls' : '--tls-on-connect';
  return `
An account was made; its password is shown this once:

  login     ${login}
  password  ${password}
  sends as  any address (narrow it: npx relayctl account senders ${login} --help)

Try it:

  swaks --server ${host}:${port} ${tls} --auth PLAIN --auth-user ${login} --auth-password ${password} --from you@example.jp --to someone@example.net

On the home server, in Postfix:

  /etc/postfix/main.cf
    relayhost = [${host}]:${port}
    smtp_sasl_auth_enable = yes
    smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
    smtp_sasl_security_options = noanonymous
    smtp_sasl_mechanism_filter = cram-md5, plain, login
    smtp_tls_security_level = encrypt${tls === '--tls' ? '' : '\n    smtp_tls_wrappermode = yes'}
  /etc/postfix/sasl_passwd
    [${host}]:${port} ${login}:${password}
  then: postmap /etc/postfix/sasl_passwd && postfix reload

Other programs: npx relayctl postfix-config --help
`;
}
