import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArgs } from 'node:util';
import { OPTIONS, readOptions } from '#infra/options.ts';
import { readStage } from '#infra/stage.ts';
import type { Problem } from '#shared/config/problems.ts';
import { temporaryFolder } from '../support/relay-process.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');

test('every cdk command of docs/deploy.md has a verb, and options that there are', () => {
  const lines = [...PAGE.matchAll(/\bnpx cdk ([^`|>#\n]+)/g)].map(([, words = '']) => words.trim());
  assert.ok(lines.length > 5, `${lines.length} lines`);
  for (const line of lines) {
    const { values, positionals } = parseArgs({
      args: line.split(' '),
      options: { context: { type: 'string', short: 'c', multiple: true }, rollback: { type: 'boolean' } },
      allowPositionals: true,
      allowNegative: true,
    });
    assert.match(positionals.join(' '), /^(bootstrap|diff|deploy|synth|destroy)$/, line);
    const context = (values.context ?? []).map((option) => option.split('=', 2));
    for (const [name = ''] of context) assert.ok(Object.hasOwn(OPTIONS, name), line);
    const problems: Problem[] = [];
    readOptions(Object.fromEntries(context) as Record<string, string>, problems);
    assert.deepEqual(problems, [], line);
  }
});

test('the relay.yaml and the cdk.context.json of docs/deploy.md are a deployment', async (t) => {
  const folder = await temporaryFolder(t);
  const settings = join(folder, 'relay.yaml');
  await writeFile(settings, blockOf('yaml'));
  const context = JSON.parse(blockOf('json')) as Record<string, unknown>;
  const stage = readStage({ ...context, settings });
  assert.equal(stage.configuration.settings.myhostname, 'smtp.example.jp');
  assert.deepEqual(stage.configuration.settings.ses_identities, ['example.jp']);
  assert.equal(stage.stackName, 'op25b-relay');
});

function blockOf(language: string): string {
  return (
    new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(PAGE)?.[1] ?? assert.fail(`no block of ${language}`)
  );
}
