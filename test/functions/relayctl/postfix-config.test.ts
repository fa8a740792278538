import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ClientConfig, shellQuoted } from '#functions/relayctl/client-config/client-config.ts';
import { clientConfigs } from '#functions/relayctl/commands/postfix-config.ts';
import { NOW, type Operator, operator, STARTED } from './support/operator.ts';

type Changes = Parameters<typeof operator>[0];

async function withAccount(changes: Changes = {}): Promise<Operator> {
  const relay = operator(changes);
  const senders = ['@example.jp', 'aaa@example.jp'];
  await relay.directory.put({ login: 'aaa@mail.example.jp', senders, disabled: false, created: NOW });
  return relay;
}

test('Postfix gets its main.cf, its sasl_passwd and the commands', async () => {
  assert.equal(
    await (await withAccount()).gets('postfix-config aaa'),
    `# /etc/postfix/main.cf: in place of the lines of these names (Debian: needs libsasl2-modules)
relayhost = [smtp.example.jp]:submission
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
smtp_sasl_security_options = noanonymous
smtp_sasl_mechanism_filter = cram-md5, plain, login
# encrypt takes a self-signed certificate too; with one that smtp_tls_CAfile can verify, write secure
smtp_tls_security_level = encrypt

# /etc/postfix/sasl_passwd: one line
[smtp.example.jp]:submission  aaa@mail.example.jp:PASSWORD

# then
chmod 600 /etc/postfix/sasl_passwd
postmap hash:/etc/postfix/sasl_passwd
postfix reload
`,
  );
});

test('with --wrappermode Postfix speaks TLS from the first byte to the smtps port', async () => {
  const printed = await (await withAccount()).gets('postfix-config --wrappermode');
  assert.match(printed, /^relayhost = \[smtp\.example\.jp\]:465$/m);
  assert.match(printed, /^smtp_tls_security_level = encrypt\nsmtp_tls_wrappermode = yes$/m);
  assert.match(printed, /^\[smtp\.example\.jp\]:465 {2}aaa@/m);
});

test('host, port and password are filled in where they are given', async () => {
  const relay = await withAccount({ started: undefined });
  const printed = await relay.gets(
    'postfix-config --host relay.example.net --port 2587 --password-stdin',
    'open sesame\n',
  );
  assert.match(printed, /^\[relay\.example\.net\]:2587 {2}aaa@mail\.example\.jp:open sesame$/m);
});

test('a relay on loopback is reached at its address, on the ports it has', async () => {
  const relay = await withAccount({ started: { ...STARTED, listen: '127.0.0.1', ports: { submission: 1587 } } });
  assert.match(await relay.gets('postfix-config'), /^relayhost = \[127\.0\.0\.1\]:1587$/m);
  const { status, complaint } = await relay.says('postfix-config --wrappermode');
  assert.equal(status, 1);
  assert.equal(complaint, 'relayctl: the relay was started without smtps; leave out --wrappermode, or give --port\n');
});

test('what is not known must be said', async () => {
  const complaints: [Operator, line: string, complaint: string][] = [
    [operator(), 'postfix-config', 'there is no account yet; relayctl account add LOGIN makes one'],
    [
      await withAccount({ started: undefined }),
      'postfix-config',
      'the relay has not been started here, so its name is not known; give --host',
    ],
    [
      await withAccount(),
      'postfix-config bbb',
      'there is no account bbb@mail.example.jp; relayctl account list shows all',
    ],
  ];
  for (const [relay, line, complaint] of complaints) {
    assert.deepEqual(await relay.says(line), { status: 1, printed: '', complaint: `relayctl: ${complaint}\n` });
  }
  const relay = await withAccount();
  await relay.gets('account add bbb');
  assert.match((await relay.says('postfix-config')).complaint, /several accounts; name one/);
});

test('every program insists on TLS, and verifies unless the certificate is self-signed', async () => {
  const relay = await withAccount();
  const insists: Record<string, { tls: RegExp; wrapped: RegExp; verified?: RegExp; unverified?: RegExp }> = {
    msmtp: {
      tls: /^tls on\ntls_starttls on$/m,
      wrapped: /^tls on\ntls_starttls off$/m,
      unverified: /^tls_certcheck off$/m,
    },
    exim: {
      tls: /_HOSTS_REQUIRE_TLS = \*$/m,
      wrapped: /_PROTOCOL = smtps$/m,
      verified: /_TLS_VERIFY_HOSTS = \*$/m,
      unverified: /_TLS_VERIFY_HOSTS = !\*$/m,
    },
    opensmtpd: { tls: / host smtp\+tls:\/\//, wrapped: / host smtps:\/\//, unverified: / tls no-verify / },
    nullmailer: { tls: / starttls /, wrapped: / tls /, unverified: / insecure / },
    swaks: { tls: / --tls /, wrapped: / --tls-on-connect / },
  };
  for (const [program, { tls, wrapped, verified, unverified }] of Object.entries(insists)) {
    const line = `postfix-config --for ${program}`;
    const [plain, over465, selfSigned] = [
      await relay.gets(line),
      await relay.gets(`${line} --wrappermode`),
      await relay.gets(`${line} --self-signed`),
    ];
    assert.match(plain, tls, program);
    assert.match(over465, wrapped, program);
    if (verified) assert.match(plain, verified, program);
    if (unverified) {
      assert.match(selfSigned, unverified, program);
      assert.doesNotMatch(plain, unverified, program);
    }
  }
  const known = await withAccount({ started: { ...STARTED, selfSigned: true } });
  assert.match(await known.gets('postfix-config --for msmtp'), /^tls_certcheck off$/m);
});

test('as JSON the files and the commands come apart', async () => {
  const relay = await withAccount();
  for (const program of Object.keys(clientConfigs)) {
    const config = JSON.parse(await relay.gets(`postfix-config --json --for ${program}`)) as ClientConfig;
    for (const { path, content } of config.files) {
      assert.match(path, /^[~/]/);
      assert.match(content, /[^\n]\n$/);
    }
    assert.ok(config.files.length + config.commands.length > 0, program);
  }
});

test('a first message goes out from an address that the account owns', async () => {
  assert.match(await (await withAccount()).gets('postfix-config --for msmtp'), /^from aaa@example\.jp$/m);
});

test('a shell reads a quoted word as it was', () => {
  const word = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 50 }), (words) => {
      const script = `printf '%s\\n' ${words.map(shellQuoted).join(' ')}`;
      assert.equal(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout, `${words.join('\n')}\n`);
    }),
    { numRuns: 20 },
  );
});
