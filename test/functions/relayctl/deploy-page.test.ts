import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArgs } from 'node:util';
import { operator } from './support/operator.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8');

/** Each command as a shell would run it: up to the end of the line, the code span, the pipe, the comment. */
function linesOf(program: string): string[] {
  return [...PAGE.matchAll(new RegExp(`\\bnpx ${program} ([^\`|>#\\n]+)`, 'g'))].map(([, words = '']) => words.trim());
}

test('every relayctl command of docs/deploy.md is one, and is about the stack', async () => {
  const lines = linesOf('relayctl');
  assert.ok(lines.length > 15, `${lines.length} lines`);
  for (const line of lines) {
    const relay = operator();
    const { status, complaint } = await relay.says(line);
    assert.notEqual(status, 2, `${line}: ${complaint}`);
    assert.deepEqual(relay.place(), { stack: 'op25b-relay' }, line);
  }
});

test('every cdk command of docs/deploy.md has a verb and options of the form name=value', () => {
  const lines = linesOf('cdk');
  assert.ok(lines.length > 5, `${lines.length} lines`);
  for (const line of lines) {
    const { values, positionals } = parseArgs({
      args: line.split(' '),
      options: { context: { type: 'string', short: 'c', multiple: true } },
      allowPositionals: true,
    });
    assert.match(positionals.join(' '), /^(bootstrap|diff|deploy|synth|destroy)$/, line);
    for (const option of values.context ?? []) assert.match(option, /^[a-zA-Z]+=\S+$/, line);
  }
});
