// `npm run bench -- cold-start`: how long each Lambda bundle needs from the start of a fresh process until AWS's runtime client asks
// for the first event (what Lambda calls Init), beside a bundle that holds nothing. In turn, so that a busy moment of the machine
// strikes all alike; medians of ten. Printed as the table of docs/benchmarks.md. Exit status 1 where a limit is not kept.

import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram, type ProgramName } from '#infra/bundle.ts';
import { VARIABLES } from '#shared/config/environment.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { startFunction } from '../support/aws/lambda-runtime.ts';
import { requires } from '../support/requires.ts';

const ROUNDS = 10;
const LARGEST = 1.5 * 1000 * 1000;
/** Milliseconds; those that somebody waits for. */
const LIMITS: Readonly<Record<string, number>> = { policy: 300, deliver: 450 };
const PROGRAMS: readonly ProgramName[] = ['policy', 'deliver', 'qmgr', 'certificate'];
const SETTINGS = { text: 'default_transport: ses', file: 'relay.yaml' };
/** No store is asked before an event comes. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, 'none'])),
  METRICS_LEVEL: 'scale',
  CERTIFICATE_KEYS: 'ecdsa',
  AWS_REGION: 'ap-northeast-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

type Row = { readonly name: string; readonly bundle: string; readonly times: number[] };

export async function measureColdStarts(): Promise<void> {
  const missing = requires({ lambdaRuntime: true });
  if (missing !== false) throw new Error(`the benchmark ${missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'op25b-bench-'));
  try {
    const configuration = loadSettings(SETTINGS, { hostname: 'relay.example.jp' });
    const rows: Row[] = [
      { name: 'nothing', bundle: await emptyBundle(folder), times: [] },
      ...PROGRAMS.map((name) => ({ name, bundle: bundleProgram(name, configuration, folder), times: [] })),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      for (const { bundle, times } of rows) {
        const started = await startFunction({ bundle, env: ENVIRONMENT });
        times.push(started.initMs);
        await started.close();
      }
    }
    console.log('| bundle | size | init, median | fastest | limit |\n| --- | --- | --- | --- | --- |');
    for (const row of rows) await report(row);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function emptyBundle(folder: string): Promise<string> {
  const bundle = join(folder, 'nothing');
  await mkdir(bundle);
  await writeFile(join(bundle, 'index.mjs'), 'export const handler = async () => {};\n');
  return bundle;
}

async function report({ name, bundle, times }: Row): Promise<void> {
  const { size } = await stat(join(bundle, 'index.mjs'));
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
  const limit = LIMITS[name] ?? Infinity;
  const cells = [
    name,
    `${(size / 1e6).toFixed(2)} MB`,
    `${median.toFixed(0)} ms`,
    `${Math.min(...times).toFixed(0)} ms`,
    limit === Infinity ? '' : `${limit} ms`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  if (!(median <= limit) || size > LARGEST) process.exitCode = 1;
}
