import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normalised } from '../support/infra/normalised.ts';
import { synthesise } from '../support/infra/synthesise.ts';

const SNAPSHOT = join(import.meta.dirname, 'snapshots/relay-stack.json');

test('the default template is the one that was last reviewed', () => {
  const template = normalised(synthesise());
  if (process.env['UPDATE_SNAPSHOT'] === '1') writeFileSync(SNAPSHOT, template);
  assert.deepEqual(
    JSON.parse(template),
    JSON.parse(readFileSync(SNAPSHOT, 'utf8')),
    'review what changed; if it is meant, UPDATE_SNAPSHOT=1 npx node --test test/infra/snapshot.test.ts writes it anew',
  );
});
