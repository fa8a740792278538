import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { requires } from '../support/requires.ts';
import { fileURLToPath } from 'node:url';
import { GROUPS, SETTING_NAMES, SETTINGS } from '#shared/config/settings.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const POSTCONF = '/usr/sbin/postconf';

test('docs/settings.md is what the table says; if not, run node .ci/generate-docs.ts > docs/settings.md', async () => {
  const { stdout, stderr } = spawnSync(process.execPath, [`${ROOT}.ci/generate-docs.ts`], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(await readFile(`${ROOT}docs/settings.md`, 'utf8'), stdout);
});

test('every setting stands in one group of the page', () => {
  const grouped = Object.values(GROUPS).flatMap((rows) => Object.keys(rows));
  assert.deepEqual(grouped.toSorted(), SETTING_NAMES.toSorted());
});

test('every sentence is one line that ends as a sentence does', () => {
  for (const name of SETTING_NAMES) assert.match(SETTINGS[name].sentence, /^[^\n|]+[.]$/, name);
});

/** Postfix 3.10 has it; Debian 12's is 3.7. */
const NEWER = ['smtpd_hide_client_session'];

test("a name is called Postfix's exactly if Postfix has it", { skip: requires({ commands: ['postconf'] }) }, () => {
  const { stderr } = spawnSync(POSTCONF, ['-d', ...SETTING_NAMES], { encoding: 'utf8' });
  const unknown = [...stderr.matchAll(/warning: (\w+): unknown parameter/g)]
    .map(([, name = '']) => name)
    .filter((name) => !NEWER.includes(name));
  assert.deepEqual(unknown.toSorted(), SETTING_NAMES.filter((name) => SETTINGS[name].origin === 'own').toSorted());
});
