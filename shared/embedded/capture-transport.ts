// The transport `capture`: keeps what it is given in a Maildir on this machine; nothing leaves. The embedded default.
// The message is the spool body, byte for byte; its envelope lies beside it. `delivered` means durable: both files and their
// names are synced first, since the queue forgets the body then. A folder that cannot be written to (a full disk) defers all mail.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Body } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { DirectorySync } from './directory-sync.ts';
import { envelopeName, OUTBOX_FOLDERS, type OutboxEnvelope, outboxName } from './outbox.ts';

export type CaptureOptions = {
  /** The Maildir's folder, made if it is missing. */
  readonly outbox: string;
  /** Ends the names in the Maildir. */
  readonly hostname: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export async function createCaptureTransport({ outbox, hostname, now }: CaptureOptions): Promise<Transport> {
  for (const folder of OUTBOX_FOLDERS) await mkdir(join(outbox, folder), { recursive: true, mode: 0o700 });
  const newNames = new DirectorySync(join(outbox, 'new'));
  const envelopeNames = new DirectorySync(join(outbox, 'envelopes'));

  /** A file is in its place whole or not at all. */
  async function place(content: string | AsyncIterable<Buffer>, name: string, folder: string): Promise<void> {
    const temporary = join(outbox, 'tmp', name);
    await writeFile(temporary, content, { flush: true, mode: 0o600 });
    await rename(temporary, join(outbox, folder, name));
  }

  async function capture(entry: Entry, recipients: readonly string[], body: Body): Promise<string> {
    const name = outboxName(entry, hostname);
    await place(envelopeText(entry, recipients, now()), envelopeName(name), 'envelopes');
    await place(body.chunks(), name, 'new');
    await Promise.all([envelopeNames.sync(), newNames.sync()]);
    return name;
  }

  return {
    name: 'capture',
    async deliver(entry, recipients, body) {
      try {
        const name = await capture(entry, recipients, body);
        return recipients.map((): Outcome => ({ kind: 'delivered', response: `captured as ${name}` }));
      } catch (error) {
        if (!isFileError(error)) throw error;
        const reason = `cannot write to ${outbox}: ${error.code}`;
        return recipients.map((): Outcome => ({ kind: 'deferred', status: '4.3.0', reason, scope: 'transport' }));
      }
    },
    async close() {},
  };
}

function envelopeText(entry: Entry, recipients: readonly string[], delivered: number): string {
  const { id, sender, arrived, client } = entry;
  const envelope: OutboxEnvelope = {
    version: 1,
    queueId: id,
    sender,
    recipients,
    arrived,
    delivered,
    ...(client.login === undefined ? {} : { login: client.login }),
  };
  return `${JSON.stringify(envelope, undefined, 2)}\n`;
}

/** The spool's faults are not the outbox's: they are thrown on. */
function isFileError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
