#!/usr/bin/env node
// relayctl's entry point: connects the commands to the data folder on this machine, to the terminal and to the clock.
// It loads nothing before it knows that Node is new enough, so that an old one gets a sentence and not a syntax error.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `relayctl: Node ${process.versions.node} is too old; it needs ${OLDEST_NODE}, which npx takes from node_modules after npm ci\n`,
  );
  process.exit(1);
}

const { openStore } = await import('#shared/embedded/store.ts');
const { listOutbox, readOutbox } = await import('#shared/embedded/outbox.ts');
const { readRelayFile, requireRelayData } = await import('./relay-file.ts');
const { run } = await import('./run.ts');

// Whoever reads our output may stop reading, as head(1) does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(
  {
    async connect(dataDirectory) {
      await requireRelayData(dataDirectory);
      const started = await readRelayFile(dataDirectory);
      const store = await openStore(dataDirectory, { role: 'tool' });
      const outbox = join(dataDirectory, 'outbox');
      return {
        ...store,
        started,
        outbox: { list: () => listOutbox(outbox), open: (name) => readOutbox(outbox, name) },
        close: () => store.close(),
      };
    },
    machine: { now: Date.now, randomBytes },
    terminal: {
      print: (piece) => new Promise((resolve) => process.stdout.write(piece, () => resolve())),
      complain: (text) => process.stderr.write(text),
      async read() {
        process.stdin.setEncoding('utf8');
        return (await process.stdin.toArray()).join('');
      },
    },
  },
  process.argv.slice(2),
);
