// The file that smtp_sasl_password_maps names: Postfix's texthash form, `destination  user:password` a line.
// An empty line and one that starts with # say nothing; a line that starts with white space goes on with the one before.

export type SaslLogin = {
  readonly user: string;
  readonly password: string;
};

/** The login for the first of these destinations that the file has: smtp(8) looks for the host, then for relayhost as written. */
export function findSaslLogin(file: string, destinations: readonly string[]): SaslLogin | undefined {
  const entries = new Map(logicalLines(file).map(entryOf));
  const key = destinations
    .map((destination) => destination.toLowerCase())
    .find((destination) => entries.has(destination));
  const value = key === undefined ? undefined : entries.get(key);
  if (value === undefined) return undefined;
  const colon = value.indexOf(':');
  return colon < 0 ? { user: value, password: '' } : { user: value.slice(0, colon), password: value.slice(colon + 1) };
}

function logicalLines(file: string): string[] {
  return file
    .split(/\r?\n/)
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .filter((line) => line !== '');
}

function entryOf(line: string): [string, string] {
  const [, key = '', value = ''] = /^(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
  return [key.toLowerCase(), value];
}
