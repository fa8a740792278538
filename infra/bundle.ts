// A program as AWS runs it: one minified ESM file for Node 24, and its settings beside it. What the bundle does not need of a
// package, such as the AWS clients of other programs, is left out of it. Nothing is installed, downloaded or run for it, so it
// works with no network and no Docker. Fails, with esbuild's own words, when the source does not build.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { CONFIGURATION_FILE, writeConfiguration } from '#shared/config/deployed.ts';
import type { Configuration } from '#shared/config/load-settings.ts';

/** By program: the file that starts it. A Lambda program exports `handler`, so its handler is called `index.handler`. */
const ENTRIES = {
  listener: 'functions/listener/main.ts',
  policy: 'functions/policy/handler.ts',
  deliver: 'functions/deliver/handler.ts',
  qmgr: 'functions/qmgr/handler.ts',
  certificate: 'functions/certificate/handler.ts',
} as const;

export type ProgramName = keyof typeof ENTRIES;

const PROJECT = join(import.meta.dirname, '..');
/** Credentials come from the environment there; the listener's container wants the SDK's whole chain of sources. */
const IN_LAMBDA = { '@aws-sdk/credential-provider-node': join(PROJECT, 'shared/aws/environment-credentials.ts') };
/** Packages in CommonJS ask for Node's own modules by `require`, which ESM does not have. */
const REQUIRE =
  "import { createRequire as op25bRequire } from 'node:module'; const require = op25bRequire(import.meta.url);";

/** Makes the folder `name` in `out`, with `index.mjs` and `configuration.json`, and returns its path. */
export function bundleProgram(name: ProgramName, configuration: Configuration, out: string): string {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [ENTRIES[name]],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: name === 'listener' ? {} : IN_LAMBDA,
    legalComments: 'none',
    // Node shows the line of an error: not half a megabyte of it.
    lineLimit: 200,
    banner: { js: REQUIRE },
    logLevel: 'silent',
  });
  writeFileSync(join(folder, CONFIGURATION_FILE), writeConfiguration(configuration));
  return folder;
}
