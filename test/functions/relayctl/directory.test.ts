import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Account } from '#shared/domain/directory/account.ts';
import { passwordMatches, saltPassword } from '#shared/domain/sasl/verifier.ts';
import { NOW, type Operator, operator } from './support/operator.ts';

const FILE = `accounts:
  - login: aaa
    password: secret-a
    senders: [aaa@example.jp, "@example.com"]
  - login: bbb@mail.example.jp
    senders: []
    disabled: yes
`;

async function file(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relayctl-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'directory.yaml');
  await writeFile(path, text);
  return path;
}

async function stored(relay: Operator): Promise<unknown> {
  const accounts = await relay.directory.accounts();
  return Promise.all(
    accounts.map(async (account) => ({ account, credential: await relay.credentials.find(account.login) })),
  );
}

test('applying a file makes its accounts, and applying it again changes nothing', async (t) => {
  const relay = operator();
  const path = await file(t, FILE);
  assert.equal(await relay.gets(`directory apply ${path}`), 'Applied 2 accounts.\n');
  assert.deepEqual(await relay.directory.accounts(), [
    { login: 'aaa@mail.example.jp', senders: ['aaa@example.jp', '@example.com'], disabled: false, created: NOW },
    { login: 'bbb@mail.example.jp', senders: [], disabled: true, created: NOW },
  ] satisfies Account[]);
  const credential = await relay.credentials.find('aaa@mail.example.jp');
  const [password] = credential?.passwords ?? [];
  assert.ok(credential && password);
  assert.ok(passwordMatches(password, saltPassword('secret-a', credential.salt, credential.iterations)));
  assert.equal(await relay.credentials.find('bbb@mail.example.jp'), undefined);

  const before = await stored(relay);
  await relay.gets(`directory apply ${path}`);
  assert.deepEqual(await stored(relay), before);
});

test('accounts that a file does not name stay, and a password that it leaves out stays too', async (t) => {
  const relay = operator();
  await relay.gets('account add ccc');
  await relay.gets('account add bbb');
  const before = await relay.credentials.find('bbb@mail.example.jp');
  await relay.gets(`directory apply ${await file(t, FILE)}`);
  assert.ok(await relay.directory.account('ccc@mail.example.jp'));
  assert.equal((await relay.directory.account('bbb@mail.example.jp'))?.disabled, true);
  assert.deepEqual(await relay.credentials.find('bbb@mail.example.jp'), before);
});

test('what is exported can be applied, and holds no password', async (t) => {
  const relay = operator();
  await relay.gets(`directory apply ${await file(t, FILE)}`);
  const exported = await relay.gets('directory export');
  assert.doesNotMatch(exported, /password|secret/);
  const other = operator();
  await other.gets(`directory apply ${await file(t, exported)}`);
  assert.deepEqual(await other.directory.accounts(), await relay.directory.accounts());
});

test('a file that is wrong changes nothing, and every problem is told with its line', async (t) => {
  const relay = operator();
  const path = await file(t, `${FILE}  - login: ccc\n    sender: ccc@example.jp\n`);
  const { status, complaint } = await relay.says(`directory apply ${path}`);
  assert.equal(status, 1);
  assert.match(
    complaint,
    /^relayctl: .* has 2 problems:\n.*:8: .*\n.*:9: sender is not a key; did you mean senders\?\n$/,
  );
  assert.deepEqual(await relay.directory.accounts(), []);
});

test('a file that is not there is named', async () => {
  const { status, complaint } = await operator().says('directory apply none.yaml');
  assert.equal(status, 1);
  assert.equal(complaint, 'relayctl: cannot read none.yaml (ENOENT); name a readable file\n');
});

test('before the first start of a relay a login without a realm is refused, and nothing is changed', async (t) => {
  const relay = operator({ started: undefined });
  const { status, complaint } = await relay.says(`directory apply ${await file(t, FILE)}`);
  assert.equal(status, 1);
  assert.match(complaint, /^relayctl: aaa has no realm/);
  assert.deepEqual(await relay.directory.accounts(), []);
});
