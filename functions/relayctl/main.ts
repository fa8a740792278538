#!/usr/bin/env node
// relayctl's entry point: connects the commands to the data folder on this machine or to the stores of a stack on AWS, to the
// terminal and to the clock. It loads nothing before it knows that Node is new enough, so that an old one gets a sentence and
// not a syntax error; and of the stores only those that are wanted, since the AWS SDK is large.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '#shared/ports/log.ts';
import type { Relay, Terminal } from './relay.ts';

const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `relayctl: Node ${process.versions.node} is too old; it needs ${OLDEST_NODE}, which npx takes from node_modules after npm ci\n`,
  );
  process.exit(1);
}

const { run } = await import('./run.ts');

const terminal: Terminal = {
  print: (piece) => new Promise((resolve) => process.stdout.write(piece, () => resolve())),
  complain: (text) => process.stderr.write(text),
  async read() {
    process.stdin.setEncoding('utf8');
    return (await process.stdin.toArray()).join('');
  },
};

/** What goes on below a command is of interest only when it goes wrong. */
const log: Log = {
  debug() {},
  info() {},
  warn: (_event, message) => terminal.complain(`relayctl: ${message}\n`),
  error: (_event, message) => terminal.complain(`relayctl: ${message}\n`),
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
  const { openStackStores } = await import('#shared/aws/stack.ts');
  const { startedFrom } = await import('./stack-facts.ts');
  const { outputs, certificates, renewCertificate, ...stores } = await openStackStores(stack, region, log);
  return {
    ...stores,
    started: startedFrom(outputs),
    outbox: undefined,
    certificate: { kind: 'secret', certificates, renew: renewCertificate },
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
