import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GENERATOR = '.ci/generate-relayctl-docs.ts';

test(`docs/relayctl.md is what the definitions say; if not, run node ${GENERATOR} > docs/relayctl.md`, async () => {
  const { stdout, stderr } = spawnSync(process.execPath, [`${ROOT}${GENERATOR}`], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(await readFile(`${ROOT}docs/relayctl.md`, 'utf8'), stdout);
});
