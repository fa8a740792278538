import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { entryOf } from '../support/entry.ts';
import { eventually } from '../support/eventually.ts';
import { dataFolder, openRelay, openTool } from './support/data-folder.ts';

const LIMIT = 2000;
const account = { login: 'aaa@mail.example.jp', senders: ['aaa@example.jp'], disabled: false, created: 1 };
const credential = { login: account.login, salt: Buffer.alloc(16), iterations: 4096, passwords: [] };

test('a running relay sees within two seconds what a tool changes in the directory', async (t) => {
  const folder = await dataFolder(t);
  const relay = await openRelay(t, folder);
  const tool = await openTool(t, folder);
  await tool.directory.put(account);
  await tool.credentials.put(credential);
  await eventually('the account', () => relay.directory.account(account.login), LIMIT);
  await eventually('the credential', () => relay.credentials.find(account.login), LIMIT);
  assert.deepEqual(await relay.directory.senderOwners(['aaa@example.jp']), [account.login]);

  await relay.directory.put({ ...account, senders: ['@example.jp'] });
  assert.deepEqual(await relay.directory.senderOwners(['@example.jp']), [account.login], 'its own change at once');
  await eventually('the tool sees it too', () => tool.directory.senderOwners(['@example.jp']), LIMIT);
});

test('a running relay hears within two seconds of what a tool makes due, and the tool sees what it delivers', async (t) => {
  const folder = await dataFolder(t);
  const relay = await openRelay(t, folder);
  const tool = await openTool(t, folder);
  await relay.queue.enqueue([entryOf({ id: 'Q1', body: 'Q1', due: Date.now() + 3_600_000 })]);
  let isRinging = false;
  relay.bell.onBell(() => (isRinging = true));
  await eventually('the bell of its own enqueue', () => isRinging);
  isRinging = false;

  assert.deepEqual(await tool.queue.flush(Date.now()), ['Q1']);
  await eventually('the bell', () => isRinging, LIMIT);
  const [entry] = await relay.queue.claim({ owner: 'a', now: Date.now(), lease: 1000, limit: 1 });
  assert.equal(entry?.id, 'Q1');
  assert.deepEqual(await tool.queue.hold(['Q1']), ['Q1']);
  assert.equal(await relay.queue.settle('Q1', 'a', { kind: 'done' }), true);
  assert.equal(await tool.queue.find('Q1'), undefined);
});

test('a store that is closed, or whose thread dies, refuses everything for now', async (t) => {
  const closed = await openRelay(t, await dataFolder(t));
  const under = closed.queue.enqueue([entryOf()]);
  await closed.close();
  await under;
  await assert.rejects(closed.queue.list(), TemporaryFault);

  const thread = new Promise<{ terminate(): Promise<number> }>((resolve) => process.once('worker', resolve));
  const dying = await openRelay(t, await dataFolder(t));
  const pending = dying.queue.enqueue([entryOf()]);
  const refused = assert.rejects(pending, TemporaryFault);
  await (await thread).terminate();
  await refused;
  await assert.rejects(dying.queue.list(), TemporaryFault);
  await assert.rejects(dying.directory.put(account), TemporaryFault);
});
