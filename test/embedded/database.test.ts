import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '#shared/embedded/database.ts';
import { dataFolder } from './support/data-folder.ts';

const STEPS = [
  'CREATE TABLE word (text TEXT)',
  `ALTER TABLE word ADD COLUMN language TEXT NOT NULL DEFAULT 'en'`,
  `UPDATE word SET language = 'ja' WHERE text = 'yubin'`,
];

test('an older database goes through the steps that it lacks, once, and keeps what it holds', async (t) => {
  const path = join(await dataFolder(t), 'words.db');
  {
    using old = openDatabase(path, STEPS.slice(0, 1));
    old.exec(`INSERT INTO word VALUES ('mail'), ('yubin')`);
  }
  for (const _ of ['migrated', 'opened again']) {
    using database = openDatabase(path, STEPS);
    const words = database.prepare('SELECT text, language FROM word ORDER BY text', { returnArrays: true }).all();
    assert.deepEqual(words, [
      ['mail', 'en'],
      ['yubin', 'ja'],
    ]);
  }
  assert.throws(() => openDatabase(path, STEPS.slice(0, 2)), /written by a newer relay \(schema 3, this one knows 2\)/);
});

test('a step that fails leaves the database at the schema that it had', async (t) => {
  const path = join(await dataFolder(t), 'words.db');
  openDatabase(path, STEPS.slice(0, 1)).close();
  assert.throws(() => openDatabase(path, [...STEPS.slice(0, 2), 'no SQL']), /syntax error/);
  using database = openDatabase(path, STEPS);
  assert.equal(database.prepare('SELECT language FROM word').all().length, 0);
});

test('commits are synced and shared with other processes', async (t) => {
  using database = openDatabase(join(await dataFolder(t), 'words.db'), STEPS);
  const pragma = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  assert.deepEqual([pragma('journal_mode'), pragma('synchronous')], ['wal', 2]);
});
