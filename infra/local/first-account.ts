// A first start makes one account, so that there is something to try at once, and shows its password this one time.

import { randomBytes } from 'node:crypto';
import { formatClientConfig } from '#functions/relayctl/client-config/client-config.ts';
import { postfix } from '#functions/relayctl/client-config/postfix.ts';
import { swaks } from '#functions/relayctl/client-config/swaks.ts';
import { withPassword } from '#shared/domain/sasl/credential.ts';
import { DEFAULT_PASSWORD, formatPassword } from '#shared/domain/sasl/password.ts';
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
  await directory.put({ login, senders: ['*'], disabled: false, created });
  const salt = randomBytes(16);
  await credentials.put(withPassword(undefined, { login, name: DEFAULT_PASSWORD, password, salt, created }));
  return { login, password };
}

/** What to do with it, ready to paste. */
export function introduction(
  { login, password }: FirstAccount,
  host: string,
  ports: ReadonlyMap<string, number>,
  selfSigned: boolean,
): string {
  const wrapperMode = !ports.has('submission');
  const port = ports.get('submission') ?? ports.get('smtps') ?? 0;
  const target = { host, port, wrapperMode, selfSigned, login, password, sender: 'you@example.jp' };
  return `
An account was made; its password is shown this once:

  login     ${login}
  password  ${password}
  sends as  any address (narrow it: npx relayctl account senders ${login} --help)

Try it:

${indented(formatClientConfig(swaks(target)))}
On the home server, in Postfix:

${indented(formatClientConfig(postfix(target)))}
Other programs: npx relayctl postfix-config --help
`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
