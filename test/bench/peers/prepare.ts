// Fetches the peers that the machine does not have, once, into ${XDG_CACHE_HOME:-~/.cache}/op25b-relay/peers: exim's and OpenSMTPD's
// Debian packages, unpacked and never installed, with the libraries that are missing here; and Haraka and smtp-server as
// npm/package-lock.json pins them. A fetch that breaks off leaves nothing that counts as prepared.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = ['exim4-daemon-light', 'opensmtpd'];

/** Where the programs are: `debian/` as packages unpack, and `npm/node_modules`. */
export async function preparePeers(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const programs = join(cache, 'op25b-relay/peers');
  await prepared(join(programs, 'debian'), fetchPackages);
  await prepared(join(programs, 'npm'), installModules);
  return programs;
}

async function prepared(folder: string, fetch: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  console.error(`fetching ${folder}`);
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await fetch(unfinished);
  await rename(unfinished, folder);
}

async function fetchPackages(folder: string): Promise<void> {
  const missing: string[] = [];
  for (const library of await librariesOf(PACKAGES)) if (!(await isInstalled(library))) missing.push(library);
  await run('apt-get', ['download', ...PACKAGES, ...missing], { cwd: folder });
  await run('sh', ['-ec', 'for package in *.deb; do dpkg -x "$package" .; rm "$package"; done'], { cwd: folder });
}

/** What they need, and what that needs, as far as it is a library. */
async function librariesOf(packages: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await run('apt-cache', ['depends', '--recurse', '--important', ...packages]);
  const needs = new Map<string, string[]>();
  for (const paragraph of stdout.split(/\n(?=\S)/)) {
    const [name = '', ...lines] = paragraph.split('\n');
    needs.set(
      name,
      lines.flatMap((line) => /^ [ |](?:Pre)?Depends: (lib\S+)$/.exec(line)?.[1] ?? []),
    );
  }
  const libraries = new Set(packages.flatMap((name) => needs.get(name) ?? []));
  // The loop comes to what is added meanwhile too.
  for (const library of libraries) for (const next of needs.get(library) ?? []) libraries.add(next);
  return libraries;
}

async function isInstalled(library: string): Promise<boolean> {
  const asked = await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', library]).catch(() => ({ stdout: '' }));
  return asked.stdout.startsWith('installed');
}

async function installModules(folder: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(join(import.meta.dirname, 'npm', name), join(folder, name));
  }
  await run('npm', ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
}
