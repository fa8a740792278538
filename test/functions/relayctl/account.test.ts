import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordMatches, saltPassword } from '#shared/domain/sasl/verifier.ts';
import { NOW, type Operator, operator, STARTED } from './support/operator.ts';

process.env['TZ'] = 'UTC';

const AAA = 'aaa@mail.example.jp';

async function opens(relay: Operator, login: string, password: string): Promise<boolean> {
  const credential = await relay.credentials.find(login);
  if (credential === undefined) return false;
  const salted = saltPassword(password, credential.salt, credential.iterations);
  return credential.passwords.some((verifier) => passwordMatches(verifier, salted));
}

function passwordIn(printed: string): string {
  return /^ {2}(\S+)$/m.exec(printed)?.[1] ?? '';
}

test('an added account gets the realm it lacks, its login as sender and a password that is shown', async () => {
  const relay = operator();
  const printed = await relay.gets('account add AAA');
  assert.match(printed, /^Added aaa@mail\.example\.jp, which may send as aaa@mail\.example\.jp\.$/m);
  assert.match(printed, /shown this once\.\nFor the home server: npx relayctl postfix-config aaa@mail\.example\.jp\n$/);
  assert.match(passwordIn(printed), /^([a-z2-9]{4}-){6}[a-z2-9]{2}$/);
  assert.deepEqual(await relay.directory.accounts(), [{ login: AAA, senders: [AAA], disabled: false, created: NOW }]);
  assert.equal(await opens(relay, AAA, passwordIn(printed)), true);
});

test('the line for the home server names the data folder, unless it is the default', async () => {
  assert.match(
    await operator().gets('--data /var/lib/my$relay account add aaa'),
    /^For the home server: npx relayctl --data '\/var\/lib\/my\$relay' postfix-config aaa@mail\.example\.jp$/m,
  );
});

test('senders are taken as given, in lower case', async () => {
  const relay = operator();
  await relay.gets('account add aaa --sender AAA@Example.jp --sender @bbb.example.jp --sender *');
  assert.deepEqual((await relay.directory.account(AAA))?.senders, ['aaa@example.jp', '@bbb.example.jp', '*']);
});

test('a password from standard input is kept without its line end, and not printed', async () => {
  const relay = operator();
  const printed = await relay.gets('account add aaa --password-stdin', 'correct horse\n');
  assert.doesNotMatch(printed, /horse/);
  assert.equal(await opens(relay, AAA, 'correct horse'), true);
});

test('what cannot be an account is refused, and nothing is stored', async () => {
  const relay = operator();
  const refusals: [line: string, complaint: RegExp, input?: string][] = [
    ['account add a:b@example.jp', /^relayctl: a:b@example\.jp is no login; write user@realm\n$/],
    [
      'account add aaa --sender example.jp',
      /^relayctl: example\.jp is no sender; write user@domain, @domain or "\*"\n$/,
    ],
    [
      'account add aaa --password-stdin',
      /^relayctl: a password has at least 8 characters; give another one/,
      'short\n',
    ],
  ];
  for (const [line, complaint, input] of refusals) {
    const said = await relay.says(line, input);
    assert.equal(said.status, 1, line);
    assert.match(said.complaint, complaint);
  }
  assert.deepEqual(await relay.directory.accounts(), []);
  assert.equal(await relay.credentials.find(AAA), undefined);
});

test('before the first start of a relay a login needs its realm', async () => {
  const relay = operator({ started: undefined });
  const { status, complaint } = await relay.says('account add aaa');
  assert.equal(status, 1);
  assert.equal(
    complaint,
    'relayctl: aaa has no realm, and the relay has not been started here yet; write user@realm\n',
  );
  await relay.gets('account add aaa@mail.example.jp');
  assert.ok(await relay.directory.account(AAA));
});

test('where the relay fills in no realm, a login needs one', async () => {
  const { complaint } = await operator({ started: { ...STARTED, localDomain: '' } }).says('account add aaa');
  assert.equal(complaint, 'relayctl: aaa has no realm, and smtpd_sasl_local_domain is empty; write user@realm\n');
});

test('an account that is there already is left as it is', async () => {
  const relay = operator();
  const password = passwordIn(await relay.gets('account add aaa'));
  const { status, complaint } = await relay.says('account add aaa@MAIL.example.jp --sender *');
  assert.equal(status, 1);
  assert.equal(
    complaint,
    `relayctl: ${AAA} is there already; relayctl account password, senders or enable changes it\n`,
  );
  assert.deepEqual((await relay.directory.account(AAA))?.senders, [AAA]);
  assert.equal(await opens(relay, AAA, password), true);
});

test('accounts are listed in aligned columns, and as JSON one a line', async () => {
  const relay = operator();
  assert.equal(await relay.gets('account list'), 'No accounts. relayctl account add LOGIN makes one.\n');
  assert.equal(await relay.gets('account list --json'), '');
  await relay.gets('account add bbb --sender @bbb.example.jp --sender b@example.jp');
  await relay.gets('account add aaa');
  await relay.gets('account disable bbb');
  assert.equal(
    await relay.gets('account list'),
    [
      'LOGIN                MAY SEND AS                    STATE     PASSWORDS  CREATED',
      'aaa@mail.example.jp  aaa@mail.example.jp            enabled   1          2026-11-24 04:06',
      'bbb@mail.example.jp  @bbb.example.jp, b@example.jp  disabled  1          2026-11-24 04:06',
      '',
    ].join('\n'),
  );
  const [aaa] = (await relay.gets('account list --json')).split('\n');
  assert.deepEqual(JSON.parse(aaa ?? ''), {
    login: AAA,
    senders: [AAA],
    disabled: false,
    created: NOW,
    passwords: ['default'],
  });
});

test('a new password takes the place of the old one', async () => {
  const relay = operator();
  const before = passwordIn(await relay.gets('account add aaa'));
  const after = passwordIn(await relay.gets('account password aaa'));
  assert.notEqual(before, after);
  assert.equal(await opens(relay, AAA, before), false);
  assert.equal(await opens(relay, AAA, after), true);
  assert.equal((await relay.credentials.find(AAA))?.passwords.length, 1);
});

test('an account is disabled, enabled and removed with its passwords', async () => {
  const relay = operator();
  await relay.gets('account add aaa');
  assert.equal(await relay.gets('account disable aaa'), `Disabled ${AAA}.\n`);
  assert.equal((await relay.directory.account(AAA))?.disabled, true);
  assert.equal(await relay.gets('account enable aaa'), `Enabled ${AAA}.\n`);
  assert.equal((await relay.directory.account(AAA))?.disabled, false);
  assert.equal(await relay.gets('account remove aaa'), `Removed ${AAA}.\n`);
  assert.equal(await relay.directory.account(AAA), undefined);
  assert.equal(await relay.credentials.find(AAA), undefined);
});

test('senders are shown, added and removed', async () => {
  const relay = operator();
  await relay.gets('account add aaa');
  assert.equal(await relay.gets('account senders aaa'), `${AAA} may send as ${AAA}.\n`);
  assert.equal(
    await relay.gets(`account senders aaa --add @Example.jp --add @example.jp --remove ${AAA}`),
    `${AAA} may send as @example.jp.\n`,
  );
  const { status, complaint } = await relay.says('account senders aaa --add * --remove other@example.jp');
  assert.equal(status, 1);
  assert.equal(complaint, `relayctl: ${AAA} does not own other@example.jp; it owns @example.jp\n`);
  assert.equal(await relay.gets('account senders aaa --remove @example.jp'), `${AAA} may send as nobody.\n`);
});

test('every command on an account that is not there says so', async () => {
  const relay = operator();
  for (const command of ['remove', 'password', 'disable', 'enable', 'senders']) {
    const { status, complaint } = await relay.says(`account ${command} nobody`);
    assert.equal(status, 1, command);
    assert.equal(complaint, 'relayctl: there is no account nobody@mail.example.jp; relayctl account list shows all\n');
  }
});
