// The outbox folder: a Maildir of what the capture transport kept on this machine, and each message's envelope beside it.
// Here are its names and its reading side; it is written by capture-transport.ts alone. Other programs may read the Maildir too
// (a mail reader moves a message from new/ to cur/) and delete from it: a message that is gone is not listed.

import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fieldValue, headerEnd, headerFields } from '#shared/domain/delivery/header-fields.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';

export const OUTBOX_FOLDERS = ['tmp', 'new', 'cur', 'envelopes'] as const;

/** What lies in envelopes/NAME.json. Times are ms since the epoch. */
export type OutboxEnvelope = {
  readonly version: 1;
  readonly queueId: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly arrived: number;
  readonly delivered: number;
  readonly login?: string;
};

export type OutboxMessage = OutboxEnvelope & {
  /** The file's name in the Maildir, without a reader's flags. */
  readonly name: string;
  readonly path: string;
  /** Octets. */
  readonly size: number;
  /** As the header has it, unfolded; empty if it has none. */
  readonly subject: string;
};

/** A longer header section is not read for its subject. */
const MOST_HEADER = 64 * 1024;

/**
 * An entry's file name, the same at every delivery: a repeat after a crash takes the place of the first.
 * The usual unique name of a Maildir (https://cr.yp.to/proto/maildir.html), told from its arrival and its queue id.
 */
export function outboxName(entry: Entry, hostname: string): string {
  const seconds = Math.floor(entry.arrived / 1000);
  const milliseconds = String(entry.arrived % 1000).padStart(3, '0');
  const host = hostname.replaceAll('/', '\\057').replaceAll(':', '\\072');
  return `${seconds}.M${milliseconds}Q${entry.id}.${host}`;
}

export function envelopeName(name: string): string {
  return `${name}.json`;
}

/** What the outbox has, by arrival, the newest last. An outbox that nobody has written to yet is empty. */
export async function listOutbox(outbox: string): Promise<OutboxMessage[]> {
  const messages: OutboxMessage[] = [];
  for (const file of await messageFiles(outbox)) {
    const message = await describe(outbox, file);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

/** A message's octets, by its name or its queue id; undefined if it is not there. */
export async function readOutbox(outbox: string, nameOrQueueId: string): Promise<AsyncIterable<Buffer> | undefined> {
  const files = await messageFiles(outbox);
  const file = files.findLast(({ name }) => name === nameOrQueueId || queueIdOf(name) === nameOrQueueId);
  return file && createReadStream(file.path);
}

type MessageFile = { readonly name: string; readonly path: string };

async function messageFiles(outbox: string): Promise<MessageFile[]> {
  const folders = await Promise.all(['new', 'cur'].map((folder) => filesIn(join(outbox, folder))));
  return folders.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function filesIn(folder: string): Promise<MessageFile[]> {
  const files = await absentIsUndefined(readdir(folder));
  return (files ?? []).map((file) => ({ name: file.replace(/:.*/, ''), path: join(folder, file) }));
}

/** Undefined if the message has gone meanwhile, or never was the capture transport's. */
async function describe(outbox: string, { name, path }: MessageFile): Promise<OutboxMessage | undefined> {
  const envelope = await absentIsUndefined(readFile(join(outbox, 'envelopes', envelopeName(name)), 'utf8'));
  const file = envelope === undefined ? undefined : await absentIsUndefined(open(path));
  if (envelope === undefined || file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MOST_HEADER)), { position: 0 });
    const subject = subjectOf(buffer.subarray(0, bytesRead));
    return { ...(JSON.parse(envelope) as OutboxEnvelope), name, path, size, subject };
  } finally {
    await file.close();
  }
}

function subjectOf(message: Buffer): string {
  const fields = headerFields(message.subarray(0, headerEnd(message)));
  const subject = fields.find(({ name }) => name === 'subject');
  return subject === undefined ? '' : Buffer.from(fieldValue(subject), 'latin1').toString('utf8');
}

function queueIdOf(name: string): string | undefined {
  return /^\d+\.M\d+Q([^.]+)\./.exec(name)?.[1];
}

async function absentIsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
