import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRelayhostPasswords } from '#infra/local/relayhost-passwords.ts';

test('the file of smtp_sasl_password_maps is read as it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-sasl-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'sasl_passwd');
  await writeFile(file, '# smarthost\n[smtp.example.net]:587  user:password\n');
  const passwords = await readRelayhostPasswords(file);
  assert.equal(await passwords(), '# smarthost\n[smtp.example.net]:587  user:password\n');
});

test('no file is no login', async () => {
  const passwords = await readRelayhostPasswords('');
  assert.equal(await passwords(), undefined);
});

test('a file that cannot be read stops the start, and is named', async () => {
  await assert.rejects(
    readRelayhostPasswords('/nonexistent/sasl_passwd'),
    /smtp_sasl_password_maps: \/nonexistent\/sasl_passwd cannot be read \(ENOENT\)/,
  );
});
