import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { operator } from './support/operator.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8');

test('every relayctl command of docs/deploy.md is one, and is about the stack', async () => {
  // As a shell would run it: up to the end of the line, the code span, the pipe, the comment.
  const lines = [...PAGE.matchAll(/\bnpx relayctl ([^`|>#\n]+)/g)].map(([, words = '']) => words.trim());
  assert.ok(lines.length > 15, `${lines.length} lines`);
  for (const line of lines) {
    const relay = operator();
    const { status, complaint } = await relay.says(line);
    assert.notEqual(status, 2, `${line}: ${complaint}`);
    assert.deepEqual(relay.place(), { stack: 'op25b-relay' }, line);
  }
});
