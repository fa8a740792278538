// What the relay is for, on a small internet of its own. No namespace has a name server: the exchanger is named by its address.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRelay } from '../support/relay-process.ts';
import { eventually } from '../support/eventually.ts';
import { requires } from '../support/requires.ts';
import { AAA, MEMO_ACCOUNTS } from './support/memo-relay.ts';
import { MESSAGE, MESSAGE_ON_THE_WIRE, takeTraces } from './support/message.ts';
import { CLOUD, layNetwork, MX } from './support/network.ts';
import { type Postfix, startPostfix } from './support/postfix.ts';
import { succeed } from './support/programs.ts';

const skip = requires({ root: true, namespaces: true, commands: ['postfix', 'postmap', 'sendmail', 'ip'] });

/** The exchanger keeps all mail for its own address in one Maildir. */
const MX_SETTINGS = [
  'smtpd_peername_lookup = no',
  'local_recipient_maps =',
  'local_transport = virtual',
  'virtual_mailbox_base = $config_directory/mail',
  'virtual_mailbox_maps = static:inbox/',
  'virtual_uid_maps = static:65534',
  'virtual_gid_maps = static:65534',
];

const RELAY_SETTINGS = `myhostname: mail.example.jp
default_transport: smtp
relayhost: '[${MX}]:25'
`;

async function arrived({ folder }: Postfix): Promise<Buffer[]> {
  const inbox = join(folder, 'mail/inbox/new');
  const names = await readdir(inbox).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(inbox, name))));
}

/** In the mailbox lines end with LF, and the exchanger's own notes stand on top. */
function asItTravelled(message: Buffer): Buffer {
  const text = message.toString('latin1');
  return Buffer.from(text.slice(text.indexOf('Received:')).replaceAll('\n', '\r\n'), 'latin1');
}

test('mail that is stuck behind a blocked port 25 goes out once relayhost names the relay', { skip }, async (t) => {
  const network = await layNetwork(t);
  const mx = await startPostfix(t, {
    myhostname: 'mx.example.net',
    listen: `${MX}:25`,
    settings: MX_SETTINGS,
    under: network.internet,
  });
  await mkdir(join(mx.folder, 'mail'));
  await succeed(['chown', '65534:65534', join(mx.folder, 'mail')]);
  const relay = await startRelay(t, {
    settings: RELAY_SETTINGS,
    args: ['--listen', CLOUD, ...MEMO_ACCOUNTS],
    ports: 'submission=587',
    under: network.cloud,
  });
  const home = await startPostfix(t, { myhostname: 'home.example.jp', under: network.home });

  await home.sendmail(AAA.sender, `someone@[${MX}]`, MESSAGE);
  const blocked = /connect to .*:25: Permission denied[^]*status=deferred/;
  await eventually('deferred at home', async () => blocked.test(await home.log()));
  assert.deepEqual(await arrived(mx), []);

  await home.password(`[${CLOUD}]:submission`, `${AAA.login}:${AAA.password}`);
  await home.configure([
    `relayhost = [${CLOUD}]:submission`,
    'smtp_sasl_auth_enable = yes',
    `smtp_sasl_password_maps = hash:${home.folder}/sasl_passwd`,
    'smtp_sasl_security_options = noanonymous',
    'smtp_tls_security_level = encrypt',
  ]);
  await home.flush();

  const message = await eventually('arrival at the exchanger', async () => (await arrived(mx))[0]).catch(
    async (error: Error) => {
      throw new Error([error.message, await home.log(), relay.log(), await mx.log()].join('\n'));
    },
  );
  const { traces, content } = takeTraces(asItTravelled(message), 3);
  const [atMx = '', atRelay = '', atHome = ''] = traces;
  assert.match(atMx, /^Received: from mail\.example\.jp .*\[203\.0\.113\.2\]\)\r\n\tby mx\.example\.net /);
  assert.match(atRelay, /^Received: by mail\.example\.jp \(OP25B-Relay\) id \S+\r\n\tfor </);
  assert.doesNotMatch(message.toString(), /192\.0\.2\.2/, "the home's address stays at home");
  assert.match(atHome, /^Received: by home\.example\.jp /);
  assert.equal(content.toString(), MESSAGE_ON_THE_WIRE.toString());
  assert.deepEqual(await relay.stop(), { status: 0, signal: null });
});
