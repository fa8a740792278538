// The store's thread: the only one that touches the databases, since node:sqlite blocks while it syncs.
// It takes every message that waits, runs all of them as one group commit, and answers with one message, in order. While calls
// come together it waits a moment for more of them; who calls alone never waits. Once a second it looks for commits of other
// processes (relayctl). A database that it cannot open ends it with an error.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { dataVersion } from './database.ts';
import { type DirectoryRows, openDirectoryDatabase } from './directory-database.ts';
import { type Answers, type Call, GroupCommit } from './group-commit.ts';
import { openQueueDatabase } from './queue-database.ts';

/** Calls to run; `close` comes last. */
export type ToWorker = readonly Call[] | 'close';

export type FromWorker =
  | { readonly kind: 'ready'; readonly rows: DirectoryRows }
  | { readonly kind: 'answers'; readonly answers: Answers }
  /** Another process has committed. */
  | { readonly kind: 'queueChanged' }
  | { readonly kind: 'directoryChanged'; readonly rows: DirectoryRows };

/** Milliseconds. */
const WATCH_INTERVAL = 1000;
/** Milliseconds that a group waits to grow, if the last one had more than one call: PostgreSQL's commit_delay. */
const GROUP_DELAY = 1;

if (parentPort === null) throw new Error('worker.ts is the store’s thread and does not run by itself');
const port = parentPort;

const queue = openQueueDatabase(workerData as string);
const directory = openDirectoryDatabase(workerData as string);
const groupCommit = new GroupCommit({ queue, directory });
let queueVersion = dataVersion(queue.database);
let directoryVersion = dataVersion(directory.database);

function watch(): void {
  try {
    const queueNow = dataVersion(queue.database);
    if (queueNow !== queueVersion) tell({ kind: 'queueChanged' });
    queueVersion = queueNow;

    const directoryNow = dataVersion(directory.database);
    if (directoryNow !== directoryVersion) tell({ kind: 'directoryChanged', rows: directory.passing.rows() });
    directoryVersion = directoryNow;
  } catch {
    // A disk that does not answer now: what was not told is told the next time.
  }
}

function tell(message: FromWorker): void {
  port.postMessage(message);
}

function close(): void {
  clearInterval(watching);
  queue.database.close();
  directory.database.close();
  port.close();
}

const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Without a turn of the event loop: what comes meanwhile would else wake the thread each time. */
function pause(time: number): void {
  Atomics.wait(nothing, 0, 0, time);
}

/** The last group had more than one call. */
let comeTogether = false;
const watching = setInterval(watch, WATCH_INTERVAL);
port.on('message', (message: ToWorker) => {
  if (message === 'close') return close();
  const calls = [...message];
  let isLast = false;
  if (comeTogether) pause(GROUP_DELAY);
  for (let next; (next = receiveMessageOnPort(port)) !== undefined;) {
    const more = next.message as ToWorker;
    if (more === 'close') isLast = true;
    else calls.push(...more);
  }
  comeTogether = calls.length > 1;
  tell({ kind: 'answers', answers: groupCommit.run(calls) });
  if (isLast) close();
});
tell({ kind: 'ready', rows: directory.passing.rows() });
