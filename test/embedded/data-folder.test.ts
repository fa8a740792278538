import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { DataFolderLocked, DataFolderUnusable, openStore } from '#shared/embedded/store.ts';
import { contentOf } from '../contracts/spool.ts';
import { entryOf } from '../support/entry.ts';
import { dataFolder, openRelay, openTool } from './support/data-folder.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

test('a second relay is refused with what to do, until the first has gone; a tool is not', async (t) => {
  const folder = await dataFolder(t);
  const first = await openRelay(t, folder);
  await assert.rejects(openStore(folder, { role: 'relay' }), (error: Error) => {
    assert.ok(error instanceof DataFolderLocked);
    assert.match(error.message, /another relay is running on .*: stop it first, or .* --data/);
    return true;
  });
  await openTool(t, folder);
  await first.close();
  await openRelay(t, folder);
});

test('a data folder and the way to it are made, for its owner alone', async (t) => {
  const folder = join(await dataFolder(t), 'deep', 'data');
  const store = await openRelay(t, folder);
  const modeOf = async (...name: string[]): Promise<number> => (await stat(join(folder, ...name))).mode & 0o777;
  assert.equal(await modeOf(), 0o700);
  for (const name of ['queue.db', 'directory.db', 'directory.db-wal']) assert.equal(await modeOf(name), 0o600, name);
  assert.equal(await modeOf('spool', '0'), 0o700);
  await store.close();
});

test('a folder that cannot be one is refused with its name', async (t) => {
  const folder = await dataFolder(t);
  await writeFile(join(folder, 'file'), '');
  const refusal = { name: 'DataFolderUnusable', message: /cannot use .*data as the data folder: ENOTDIR/ };
  await assert.rejects(openStore(join(folder, 'file', 'data'), { role: 'tool' }), refusal);
});

test('databases of version 1 are readable', async (t) => {
  const folder = await dataFolder(t);
  for (const name of ['queue', 'directory']) {
    using database = new DatabaseSync(join(folder, `${name}.db`));
    database.exec(await readFile(join(FIXTURES, `${name}-1.sql`), 'utf8'));
  }
  const { queue, spool, directory, credentials } = await openRelay(t, folder);
  const client = { address: '192.0.2.1', helo: 'home.example.jp', login: 'aaa@mail.example.jp' };
  assert.deepEqual(await queue.list(), [
    entryOf({ id: '2BCDFGHJK12345', body: '2BCDFGHJK12345', size: 29, client }),
    entryOf({
      id: '2BCDFGHJK12346',
      body: '2BCDFGHJK12346',
      size: 5,
      client,
      arrived: 1_700_000_000_456,
      state: 'failed',
      attempts: 3,
      bodyType: '8BITMIME',
      recipients: [
        { address: 'a@example.net', status: 'delivered', reason: '250 2.0.0 Ok' },
        { address: 'b@example.net', status: 'failed', reason: '550 5.1.1 unknown' },
      ],
    }),
  ]);
  const body = await contentOf(await spool.open('2BCDFGHJK12345'));
  assert.equal(body.toString(), 'Subject: version 1\r\n\r\nhello\r\n');
  const account = { login: client.login, senders: ['aaa@example.jp'], disabled: false, created: 1_700_000_000_123 };
  assert.deepEqual(await directory.accounts(), [account]);
  const credential = await credentials.find(client.login);
  assert.equal(credential?.salt.toString('hex'), '000102030405060708090a0b0c0d0e0f');
  assert.deepEqual(
    credential.passwords.map(({ name, created, storedKey }) => [name, created, storedKey.toString('latin1')]),
    [['default', 1_700_000_000_123, 's'.repeat(32)]],
  );
});

test('a database of a newer relay is refused, and left as it is', async (t) => {
  const folder = await dataFolder(t);
  await (await openRelay(t, folder)).close();
  {
    using database = new DatabaseSync(join(folder, 'queue.db'));
    database.exec('PRAGMA user_version = 99');
  }
  await assert.rejects(openStore(folder, { role: 'relay' }), (error: Error) => {
    assert.ok(error instanceof DataFolderUnusable && !(error instanceof DataFolderLocked));
    assert.match(error.message, /queue\.db was written by a newer relay \(schema 99, this one knows 1\)/);
    return true;
  });
  using database = new DatabaseSync(join(folder, 'queue.db'));
  assert.deepEqual({ ...database.prepare('PRAGMA user_version').get() }, { user_version: 99 });
});

test('a record of a version that is not known is refused by name', async (t) => {
  const folder = await dataFolder(t);
  const store = await openRelay(t, folder);
  await store.queue.enqueue([entryOf({ id: 'Q1', body: 'Q1' })]);
  await store.close();
  {
    using database = new DatabaseSync(join(folder, 'queue.db'));
    database.exec(`UPDATE entry SET record = json_set(record, '$.version', 9)`);
  }
  const { queue } = await openRelay(t, folder);
  await assert.rejects(queue.find('Q1'), {
    name: 'PermanentFault',
    message: 'the record of queue entry Q1 has version 9; this relay reads version 1',
  });
});

test('a file that is no database is refused by its folder’s name, and left as it is', async (t) => {
  const folder = await dataFolder(t);
  const text = 'somebody’s notes\n'.repeat(500);
  await writeFile(join(folder, 'queue.db'), text);
  await assert.rejects(openStore(folder, { role: 'relay' }), {
    name: 'DataFolderUnusable',
    message: /cannot use the data folder .*: file is not a database/,
  });
  assert.equal(await readFile(join(folder, 'queue.db'), 'utf8'), text);
});
