#!/usr/bin/env node
// relayctl's entry point: connects the commands to the data folder on this machine or to the stores of a stack on AWS, to the
// terminal and to the clock. It loads nothing before it knows that Node is new enough, so that an old one gets a sentence and
// not a syntax error; and of the stores only those that are wanted, since the AWS SDK is large.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Relay, Terminal } from './relay.ts';

const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `relayctl: Node ${process.versions.node} is too old; it needs ${OLDEST_NODE}, which npx takes from node_modules after npm ci\n`,
  );
  process.exit(1);
}

const { run } = await import('./run.ts');

/** Milliseconds. A command is over before. */
const CREDENTIALS_REFRESH_TIME = 60 * 1000;

/** What a command cannot do it says; what a provider only notes on its way, a relay's log has too. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const terminal: Terminal = {
  print: (piece) => new Promise((resolve) => process.stdout.write(piece, () => resolve())),
  complain: (text) => process.stderr.write(text),
  async read() {
    process.stdin.setEncoding('utf8');
    return (await process.stdin.toArray()).join('');
  },
};

async function openDataFolder(dataDirectory: string): Promise<Relay> {
  const { openStore } = await import('#shared/embedded/store.ts');
  const { listOutbox, readOutbox } = await import('#shared/embedded/outbox.ts');
  const { readRelayFile, requireRelayData } = await import('./relay-file.ts');
  await requireRelayData(dataDirectory);
  const started = await readRelayFile(dataDirectory);
  const store = await openStore(dataDirectory, { role: 'tool' });
  const outbox = join(dataDirectory, 'outbox');
  return {
    ...store,
    started,
    outbox: { list: () => listOutbox(outbox), open: (name) => readOutbox(outbox, name) },
    certificate: { kind: 'file', path: started?.certificate },
    close: () => store.close(),
  };
}

async function openStack(stack: string, region: string | undefined): Promise<Relay> {
  const { readStackOutputs } = await import('#shared/aws/stack-outputs.ts');
  const aws = await import('#shared/aws/connect.ts');
  const { forceRenewal } = await import('#shared/aws/certificate-function.ts');
  const { environmentOf, REQUIRED_OUTPUTS, startedFrom } = await import('./stack-facts.ts');
  // As every client of the SDK finds it.
  if (region !== undefined) process.env['AWS_REGION'] = region;
  const outputs = await readStackOutputs(stack, REQUIRED_OUTPUTS);
  const env = environmentOf(outputs);
  const spool = aws.connectSpool(env);
  const certificateFunction = outputs['CertificateFunction'];
  return {
    queue: aws.connectQueue(env, { doorbell: aws.connectDoorbell(env), bodies: spool, log: SILENT }),
    spool,
    directory: aws.connectDirectory(env, Date.now),
    credentials: aws.connectCredentials(env, { refreshTime: CREDENTIALS_REFRESH_TIME, now: Date.now, log: SILENT }),
    lastUses: aws.connectLastUses(env),
    started: startedFrom(outputs),
    outbox: undefined,
    certificate: {
      kind: 'secret',
      certificates: aws.connectCertificates(env),
      renew: certificateFunction === undefined ? undefined : () => forceRenewal(certificateFunction),
    },
    async close() {},
  };
}

// Whoever reads our output may stop reading, as head(1) does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(
  {
    connect: (place) => ('stack' in place ? openStack(place.stack, place.region) : openDataFolder(place.data)),
    machine: { now: Date.now, randomBytes },
    terminal,
  },
  process.argv.slice(2),
);
