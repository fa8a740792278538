// What a test needs of the machine beyond Node: root, Debian's programs, network namespaces, the native part of AWS's runtime client.
// On a fresh machine a test whose needs are missing is skipped and says why. With RELAY_TESTS=all, as in .ci/run, it fails
// instead, so that nothing is skipped unnoticed:
//
//   test('a home Postfix relays over 587', { skip: requires({ root: true, commands: ['postfix'] }) }, async () => { … });

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Needs = {
  readonly root?: boolean;
  /** Programs, looked for in PATH and in the folders for administration. */
  readonly commands?: readonly string[];
  /** Network namespaces may be made: root is not enough in a container without the capability. */
  readonly namespaces?: boolean;
  /** AWS's runtime client of Lambda can run bundles. */
  readonly lambdaRuntime?: boolean;
};

const RUNTIME_CLIENT = join(import.meta.dirname, '../../node_modules/aws-lambda-ric/rapid-client.node');

/** For node:test's `skip`: what is missing, or false. */
export function requires(needs: Needs): string | false {
  const missing = [
    ...(needs.root === true && process.getuid?.() !== 0 ? ['root'] : []),
    ...(needs.commands ?? []).filter((command) => !isInstalled(command)),
    ...(needs.namespaces === true && !namespacesWork() ? ['network namespaces'] : []),
    ...(needs.lambdaRuntime === true && !existsSync(RUNTIME_CLIENT)
      ? ['aws-lambda-ric built (npm rebuild aws-lambda-ric --ignore-scripts=false)']
      : []),
  ];
  if (missing.length === 0) return false;
  const reason = `needs ${missing.join(', ')}`;
  if (process.env['RELAY_TESTS'] === 'all') throw new Error(`${reason}, and with RELAY_TESTS=all nothing is skipped`);
  return reason;
}

function isInstalled(command: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, command)));
}

function namespacesWork(): boolean {
  return spawnSync('unshare', ['--net', 'true']).status === 0;
}
