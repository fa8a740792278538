import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordMatches, saltPassword } from '#shared/domain/sasl/verifier.ts';
import { NOW, type Operator, operator } from './support/operator.ts';

process.env['TZ'] = 'UTC';

const AAA = 'aaa@mail.example.jp';
const DAY = 24 * 60 * 60 * 1000;

/** The names of the passwords that a text is. */
async function opens(relay: Operator, text: string): Promise<string[]> {
  const credential = await relay.credentials.find(AAA);
  assert.ok(credential);
  const salted = saltPassword(text, credential.salt, credential.iterations);
  return credential.passwords.filter((verifier) => passwordMatches(verifier, salted)).map(({ name }) => name);
}

function passwordIn(printed: string): string {
  return /^ {2}(\S+)$/m.exec(printed)?.[1] ?? '';
}

async function withAccount() {
  const relay = operator();
  const first = passwordIn(await relay.gets('account add aaa'));
  return { relay, first };
}

test('an app password is made, named and shown, and the first one stays', async () => {
  const { relay, first } = await withAccount();
  const printed = await relay.gets('account password add aaa --name phone --expires 90d');
  assert.match(printed, /^aaa@mail\.example\.jp has a further password, phone, until 2027-02-22 04:06\.$/m);
  assert.deepEqual(await opens(relay, passwordIn(printed)), ['phone']);
  assert.deepEqual(await opens(relay, first), ['default']);
  const phone = (await relay.credentials.find(AAA))?.passwords.find(({ name }) => name === 'phone');
  assert.deepEqual([phone?.created, phone?.expires], [NOW, NOW + 90 * DAY]);
});

test('one that the operator chose is taken from standard input, and is not repeated', async () => {
  const { relay } = await withAccount();
  const printed = await relay.gets('account password add aaa --name printer --password-stdin', 'chosen by me\n');
  assert.match(printed, /^aaa@mail\.example\.jp has a further password, printer\.$/m);
  assert.ok(!printed.includes('chosen'));
  assert.deepEqual(await opens(relay, 'chosen by me'), ['printer']);
});

test('the first password is replaced alone', async () => {
  const { relay, first } = await withAccount();
  const phone = passwordIn(await relay.gets('account password add aaa --name phone'));
  const changed = passwordIn(await relay.gets('account password aaa'));
  assert.deepEqual(await opens(relay, first), []);
  assert.deepEqual(await opens(relay, changed), ['default']);
  assert.deepEqual(await opens(relay, phone), ['phone']);
});

test('passwords are listed in aligned columns, and as JSON one a line', async () => {
  const { relay } = await withAccount();
  await relay.gets('account password add aaa --name phone --expires 1h');
  relay.lastUses.uses.push(
    { login: AAA, passwordName: 'default', address: '192.0.2.1', at: NOW + DAY },
    { login: AAA, passwordName: 'phone', address: '192.0.2.2', at: NOW - DAY },
  );
  assert.equal(
    await relay.gets('account password list aaa'),
    [
      'NAME     CREATED           LAST USED         FROM       EXPIRES',
      'default  2026-11-24 04:06  2026-11-25 04:06  192.0.2.1  never',
      'phone    2026-11-24 04:06  -                 -          2026-11-24 05:06',
      '',
    ].join('\n'),
  );
  const lines = (await relay.gets('account password list aaa --json')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { name: 'default', created: NOW, lastUsed: NOW + DAY, lastAddress: '192.0.2.1' },
      { name: 'phone', created: NOW, expires: NOW + DAY / 24 },
    ],
  );
});

test('one that has expired is said to', async () => {
  const { relay } = await withAccount();
  await relay.gets('account password add aaa --name phone --expires 1h');
  const credential = await relay.credentials.find(AAA);
  assert.ok(credential);
  const passwords = credential.passwords.map((one) => ({ ...one, expires: NOW }));
  await relay.credentials.put({ ...credential, passwords });
  assert.match(await relay.gets('account password list aaa'), /^phone .* 2026-11-24 04:06 \(expired\)$/m);
});

test('a revoked password is gone and the others stay', async () => {
  const { relay, first } = await withAccount();
  const phone = passwordIn(await relay.gets('account password add aaa --name phone'));
  assert.equal(await relay.gets('account password remove aaa --name phone'), `Revoked the password phone of ${AAA}.\n`);
  assert.deepEqual(await opens(relay, phone), []);
  assert.deepEqual(await opens(relay, first), ['default']);
  assert.equal(
    await relay.gets('account password remove aaa --name default'),
    `Revoked the password default of ${AAA}, which has none now.\n`,
  );
  assert.match(await relay.gets('account password list aaa'), /^aaa@mail\.example\.jp has no password\./);
});

for (const [what, line, complaint] of [
  [
    'a name that is taken',
    'add aaa --name default',
    /has a password default already; relayctl account password remove/,
  ],
  ['a name that is none', 'add aaa --name My/Phone', /^relayctl: "My\/Phone" is no name: .* lower case letters/],
  ['a time that is none', 'add aaa --name phone --expires soon', /^relayctl: --expires: "soon" is not a time: write /],
  ['a password that is not there', 'remove aaa --name phone', /has no password phone; relayctl account password list/],
  ['an account that is not there', 'list bbb', /^relayctl: there is no account bbb@mail\.example\.jp; /],
] as const) {
  test(`${what} is said, and changes nothing`, async () => {
    const { relay } = await withAccount();
    const before = await relay.credentials.find(AAA);
    const { status, complaint: said } = await relay.says(`account password ${line}`);
    assert.equal(status, 1);
    assert.match(said, complaint);
    assert.deepEqual(await relay.credentials.find(AAA), before);
  });
}

test('a password without a name is a wrong command line', async () => {
  const { status, complaint } = await operator().says('account password add aaa');
  assert.equal(status, 2);
  assert.match(complaint, /--name <name>/);
});
