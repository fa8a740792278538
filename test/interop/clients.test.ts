// swaks and msmtp, set up as the relay and relayctl say. Every mechanism of every client: mechanisms.test.ts.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type RelayProcess, relayctl, startRelay, temporaryFolder } from '../support/relay-process.ts';
import { requires } from '../support/requires.ts';
import { AAA, startMemoRelay } from './support/memo-relay.ts';
import { delivered, MESSAGE, MESSAGE_ON_THE_WIRE, takeTraces } from './support/message.ts';
import { finish, type Finished } from './support/programs.ts';

const MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5'];
const QUEUED = /^<~ +250 2\.0\.0 Ok: queued as \S+$/m;

const needsSwaks = requires({ commands: ['swaks'] });

test('the swaks line of a first start, pasted into a shell, sends a message', { skip: needsSwaks }, async (t) => {
  const relay = await startRelay(t, { ports: 'submission=0,smtps=0' });
  const line = /^ *(swaks .+)$/m.exec(relay.introduction)?.[1] ?? '';
  const { status, output } = await finish(['sh', '-c', line]);
  assert.match(output, QUEUED);
  assert.equal(status, 0, output);
  assert.equal((await delivered(relay)).length, 1);
});

type Change = { readonly auth?: string; readonly password?: string; readonly from?: string };

/** msmtp with the file that `relayctl postfix-config --for msmtp` prints, and with what a test changes in it. */
async function msmtpFor(t: TestContext, relay: RelayProcess, ...options: string[]) {
  const words = ['postfix-config', AAA.login, '--for', 'msmtp', '--json', ...options];
  const { files } = JSON.parse(await relayctl(relay, ...words)) as { files: { content: string }[] };
  const file = join(await temporaryFolder(t), 'msmtprc');
  return async ({ auth = 'on', password = AAA.password, from = AAA.sender }: Change = {}): Promise<Finished> => {
    const text = files[0]?.content.replace('PASSWORD', password).replace(/^auth on$/m, `auth ${auth}`) ?? '';
    await writeFile(file, text, { mode: 0o600 });
    return finish(['msmtp', '-C', file, `--from=${from}`, 'someone@example.net'], { input: MESSAGE });
  };
}

test('msmtp, set up as relayctl says', { skip: requires({ commands: ['msmtp'] }) }, async (t) => {
  const relay = await startMemoRelay(t, 'default');
  const msmtp = await msmtpFor(t, relay);
  const auths = ['SCRAM-SHA-256', ...MECHANISMS].map((mechanism) => mechanism.toLowerCase());

  await t.test('sends with each mechanism and on both ports', async () => {
    const overTls = await msmtpFor(t, relay, '--wrappermode');
    const runs = [msmtp, overTls, ...auths.map((auth) => async () => msmtp({ auth }))];
    for (const run of runs) {
      const { status, output } = await run();
      assert.equal(status, 0, output);
    }
    for (const message of await delivered(relay, runs.length)) {
      assert.equal(takeTraces(message, 1).content.toString(), MESSAGE_ON_THE_WIRE.toString());
    }
  });

  await t.test('is refused with 535 where the password is wrong, whatever the mechanism', async () => {
    for (const auth of auths) {
      const { status, output } = await msmtp({ auth, password: 'wrong' });
      assert.match(output, /535 5\.7\.8 Error: authentication failed/);
      assert.notEqual(status, 0);
    }
  });

  await t.test('is refused with 553 where the sender is not its own', async () => {
    const { status, output } = await msmtp({ from: 'bbb@bbb.example.jp' });
    assert.match(output, /553 5\.7\.1 <bbb@bbb\.example\.jp>: Sender address rejected: not owned by user aaa@mail\./);
    assert.notEqual(status, 0);
  });
});
