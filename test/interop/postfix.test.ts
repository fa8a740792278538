// Debian's Postfix as the home server, against a relay with the memo's settings. Only main.cf changes from case to case.

import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type RelayProcess, relayctl } from '../support/relay-process.ts';
import { eventually } from '../support/eventually.ts';
import { requires } from '../support/requires.ts';
import { AAA, startMemoRelay } from './support/memo-relay.ts';
import { delivered, MESSAGE, MESSAGE_ON_THE_WIRE, outboxSize, takeTraces } from './support/message.ts';
import { type Postfix, startPostfix } from './support/postfix.ts';

const skip = requires({ root: true, commands: ['postfix', 'postmap', 'sendmail'] });

/** What the memo has in the home server's main.cf, but for the choice of a mechanism. */
function relayVia({ folder }: Postfix, port: number): string[] {
  return [
    `relayhost = [127.0.0.1]:${port}`,
    'smtp_sasl_auth_enable = yes',
    `smtp_sasl_password_maps = hash:${folder}/sasl_passwd`,
    'smtp_tls_security_level = encrypt',
  ];
}

const MEMO_LOGIN = ['smtp_sasl_security_options = noanonymous', 'smtp_sasl_mechanism_filter = cram-md5, plain, login'];

const CASES = [
  { what: "with the memo's settings over submission", service: 'submission', lines: MEMO_LOGIN, mechanism: 'CRAM-MD5' },
  {
    what: "with the memo's settings and smtp_tls_wrappermode over smtps",
    service: 'smtps',
    lines: [...MEMO_LOGIN, 'smtp_tls_wrappermode = yes'],
    mechanism: 'CRAM-MD5',
  },
  {
    what: "with Postfix's default smtp_sasl_security_options (noplaintext, noanonymous)",
    service: 'submission',
    lines: [],
    mechanism: 'CRAM-MD5',
  },
  ...['plain', 'login'].map((mechanism) => ({
    what: `with ${mechanism} alone`,
    service: 'submission',
    lines: ['smtp_sasl_security_options = noanonymous', `smtp_sasl_mechanism_filter = ${mechanism}`],
    mechanism: mechanism.toUpperCase(),
  })),
];

/** Sends the message from home, and holds what comes out of the relay against it, byte for byte. */
async function relays(home: Postfix, relay: RelayProcess): Promise<void> {
  const before = await outboxSize(relay);
  await home.sendmail(AAA.sender, 'someone@example.net', MESSAGE);
  const message = (await delivered(relay, before + 1)).at(-1) ?? Buffer.alloc(0);
  const { traces, content } = takeTraces(message, 2);
  assert.match(traces[0] ?? '', /^Received: from home\.example\.jp \(.*\[127\.0\.0\.1\]\)\r\n\tby mail\.example\.jp /);
  assert.match(traces[0] ?? '', / with ESMTPSA id /);
  assert.match(traces[1] ?? '', /^Received: by home\.example\.jp \(Postfix, from userid 0\)/);
  assert.equal(content.toString(), MESSAGE_ON_THE_WIRE.toString());
}

type Printed = {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly commands: readonly string[];
};

/** Does what relayctl says, in the home server's own folder. */
async function follow(home: Postfix, printed: string): Promise<void> {
  const here = (text: string) => text.replaceAll('/etc/postfix', home.folder).replace('PASSWORD', AAA.password);
  const { files, commands } = JSON.parse(printed) as Printed;
  await home.configure([]);
  await writeFile(`${home.folder}/sasl_passwd`, '');
  for (const { path, content } of files) await appendFile(here(path), here(content));
  await home.shell(here(commands.join('\n')));
}

test('a home Postfix relays', { skip }, async (t) => {
  const relay = await startMemoRelay(t);
  const home = await startPostfix(t, { myhostname: 'home.example.jp' });
  const login = async (port: number, password = AAA.password) =>
    home.password(`[127.0.0.1]:${port}`, `${AAA.login}:${password}`);

  for (const { what, service, lines, mechanism } of CASES) {
    await t.test(what, async () => {
      const logged = relay.log().length;
      const port = relay.port(service);
      await login(port);
      await home.configure([...relayVia(home, port), ...lines]);
      await relays(home, relay);
      const used = await eventually('the login in the log', () =>
        /"mechanism":"([^"]+)"/.exec(relay.log().slice(logged))?.slice(1),
      );
      assert.deepEqual(used, [mechanism]);
    });
  }

  await t.test('with SCRAM-SHA-256, which it picks by itself where the relay announces all that it can', async () => {
    const modern = await startMemoRelay(t, 'default');
    const port = modern.port('submission');
    await login(port);
    await home.configure(relayVia(home, port));
    await relays(home, modern);
    const used = await eventually('the login in the log', () => /"mechanism":"([^"]+)"/.exec(modern.log())?.[1]);
    assert.equal(used, 'SCRAM-SHA-256');
  });

  for (const [service, options] of [
    ['submission', []],
    ['smtps', ['--wrappermode']],
  ] as const) {
    await t.test(`with what relayctl postfix-config prints, over ${service}`, async () => {
      const words = ['postfix-config', AAA.login, '--for', 'postfix', '--json', ...options];
      await follow(home, await relayctl(relay, ...words));
      await relays(home, relay);
    });
  }

  await t.test('mail that waited at home for the right password', async () => {
    const port = relay.port('submission');
    await login(port, 'wrong');
    await home.configure([...relayVia(home, port), ...MEMO_LOGIN]);
    const before = await outboxSize(relay);
    await home.sendmail(AAA.sender, 'someone@example.net', MESSAGE);
    const refused = /status=deferred \(SASL authentication failed; server .* said: 535 5\.7\.8/;
    await eventually('deferred', async () => refused.test(await home.log()));
    await login(port);
    await home.configure([...relayVia(home, port), ...MEMO_LOGIN]);
    await home.flush();
    await delivered(relay, before + 1);
  });
});
