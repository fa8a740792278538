// The logins for relayhost on this machine: the file that smtp_sasl_password_maps names, read once at the start, as Postfix
// reads a texthash. One that cannot be read stops the start.

import { readFile } from 'node:fs/promises';

/** Empty: no file, and no login. */
export async function readRelayhostPasswords(file: string): Promise<() => Promise<string | undefined>> {
  if (file === '') return async () => undefined;
  try {
    const text = await readFile(file, 'utf8');
    return async () => text;
  } catch (cause) {
    throw new Error(`smtp_sasl_password_maps: ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}
