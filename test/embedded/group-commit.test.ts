import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type Call, GroupCommit, type StoreFile } from '#shared/embedded/group-commit.ts';
import { dataFolder } from './support/data-folder.ts';

/** A database of words, no word twice. A child whose parent is missing is found out at the commit. */
async function words(t: TestContext) {
  const database = new DatabaseSync(join(await dataFolder(t), 'words.db'), { timeout: 0 });
  t.after(() => database.close());
  database.exec(
    `PRAGMA journal_mode = WAL; CREATE TABLE word (text TEXT PRIMARY KEY, parent TEXT REFERENCES word DEFERRABLE INITIALLY DEFERRED);
     CREATE TEMP TABLE lease (text TEXT PRIMARY KEY)`,
  );
  const insert = database.prepare('INSERT INTO word VALUES (?, ?)');
  const select = database.prepare('SELECT text FROM word ORDER BY text');
  const remove = database.prepare('DELETE FROM word WHERE text = ?');
  const lease = database.prepare('INSERT INTO lease VALUES (?)');
  const leased = database.prepare('SELECT text FROM lease ORDER BY text');
  const file = {
    database,
    durable: {
      add(...texts: string[]): number {
        for (const text of texts) insert.run(text, null);
        return texts.length;
      },
      remove: (...texts: string[]) => {
        for (const text of texts) remove.run(text);
      },
      addChild: (text: string, parent: string) => void insert.run(text, parent),
      /** As SQLite does on a full disk. */
      rollBack(): void {
        database.exec('ROLLBACK');
        throw new Error('the disk is full');
      },
    },
    passing: {
      all: () => select.all().map(({ text }) => text),
      lease: (text: string) => void lease.run(text),
      release: () => database.exec('DELETE FROM lease'),
      leased: () => leased.all().map(({ text }) => text),
    },
  } satisfies StoreFile;
  const commit = new GroupCommit({ words: file });
  const run = (...calls: [operation: string, ...args: unknown[]][]) =>
    commit.run(calls.map(([name, ...args]): Call => ['words', name, args]));
  return { database, run };
}

test('operations run in order in one transaction, and each gets its answer', async (t) => {
  const { database, run } = await words(t);
  const answers = run(['all'], ['add', 'a', 'b'], ['all'], ['add', 'c']);
  assert.deepEqual(answers, { values: [[], 2, ['a', 'b'], 1] });
  assert.equal(database.isTransaction, false);
  assert.deepEqual(run(['all']).values, [['a', 'b', 'c']]);
});

test('an operation that fails half-way is undone alone', async (t) => {
  const { run } = await words(t);
  const { values, faults } = run(['add', 'a'], ['add', 'b', 'a', 'c'], ['add', 'd'], ['none']);
  assert.deepEqual(values, [1, undefined, 1, undefined]);
  assert.deepEqual([...(faults?.keys() ?? [])], [1, 3]);
  assert.match(faults?.get(1)?.message ?? '', /UNIQUE/);
  assert.match(faults?.get(3)?.message ?? '', /no operation none/);
  assert.deepEqual(run(['all']).values, [['a', 'd']]);
});

test('what was done before an operation that fails stays done, leases too, each once', async (t) => {
  const { run } = await words(t);
  const group: [string, ...unknown[]][] = [
    ['lease', 'before'],
    ['add', 'a'],
    ['lease', 'within'],
    ['rollBack'],
    ['add', 'a'],
    ['add', 'b'],
  ];
  const { values, faults } = run(...group);
  assert.deepEqual(values, [undefined, 1, undefined, undefined, undefined, 1]);
  assert.deepEqual([...(faults?.keys() ?? [])], [3, 4]);
  assert.deepEqual(run(['all'], ['leased']).values, [
    ['a', 'b'],
    ['before', 'within'],
  ]);
});

test('whatever fails between them, groups leave what each operation alone would have left', async (t) => {
  const { run } = await words(t);
  const text = fc.constantFrom('a', 'b', 'c', 'd');
  const operation = fc.oneof(
    fc.record({ name: fc.constant('add'), texts: fc.array(text, { minLength: 1, maxLength: 3 }) }),
    fc.record({ name: fc.constant('remove'), texts: fc.tuple(text) }),
    fc.record({ name: fc.constant('lease'), texts: fc.tuple(text) }),
    fc.constant({ name: 'rollBack', texts: [] }),
  );
  const property = fc.property(fc.array(fc.array(operation, { maxLength: 8 }), { maxLength: 4 }), (groups) => {
    run(['remove', 'a', 'b', 'c', 'd'], ['release']);
    const model = { word: new Set<string>(), lease: new Set<string>() };
    for (const group of groups) {
      const failed = group.flatMap((asked, position) => (doAlone(model, asked) ? [] : [position]));
      const { faults } = run(...group.map(({ name, texts }) => [name, ...texts] as [string, ...string[]]));
      assert.deepEqual([...(faults?.keys() ?? [])], failed);
    }
    assert.deepEqual(run(['all'], ['leased']).values, [[...model.word].toSorted(), [...model.lease].toSorted()]);
  });
  fc.assert(property, { numRuns: 200 });
});

type Model = { readonly word: Set<string>; readonly lease: Set<string> };

/** Whether the operation succeeds; if not, it leaves nothing. */
function doAlone(
  { word, lease }: Model,
  { name, texts }: { readonly name: string; readonly texts: readonly string[] },
): boolean {
  if (name === 'rollBack') return false;
  if (name === 'remove') {
    for (const text of texts) word.delete(text);
    return true;
  }
  const rows = name === 'add' ? word : lease;
  if (new Set(texts).size < texts.length || texts.some((text) => rows.has(text))) return false;
  for (const text of texts) rows.add(text);
  return true;
}

test('a commit that fails fails all of them, and the next goes through', async (t) => {
  const { run } = await words(t);
  const { faults } = run(['add', 'a'], ['addChild', 'b', 'missing'], ['all']);
  assert.deepEqual([...(faults?.keys() ?? [])], [0, 1, 2]);
  assert.deepEqual(run(['add', 'c'], ['all']), { values: [1, ['c']] });
});

test('while another process writes for too long, changes fail together and at once', async (t) => {
  const { database, run } = await words(t);
  const path = database.location() ?? '';
  using other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  assert.equal(run(['add', 'a'], ['add', 'b']).faults?.size, 2);
  assert.deepEqual(run(['all']), { values: [[]] }, 'reads need no commit');
  other.exec('COMMIT');
  assert.deepEqual(run(['add', 'a'], ['all']), { values: [1, ['a']] });
});
