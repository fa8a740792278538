// The deliver program in Lambda: SQS brings rings, and a ring that could not be served is kept, so that SQS shows it again after the
// doorbell's visibility. Everything else is done with, whatever became of its mail: the queue's records know. What a process that
// was ended had leased comes back with its ring, since the visibility is longer than the lease.

import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { connectQueue, connectRelayhostPasswords, connectSpool } from '#shared/aws/connect.ts';
import { parseRing } from '#shared/aws/doorbell.ts';
import { startProgram } from '#shared/aws/program.ts';
import { createSesTransport } from '#shared/aws/ses-transport.ts';
import { readEnvironment } from '#shared/config/environment.ts';
import type { Settings } from '#shared/config/settings.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { createDeliverRung } from './deliver-rung.ts';

const { settings, log, meter } = startProgram(process.env, import.meta.dirname);
const spool = connectSpool(process.env);
const transport = await createTransport(settings);

const deliverRung = createDeliverRung({
  queue: connectQueue(process.env, { doorbell: { ring }, bodies: spool, log }),
  spool,
  transports: { [transport.name]: transport },
  settings,
  now: Date.now,
  log,
  lease: Number(readEnvironment(process.env, ['DELIVER_LEASE']).DELIVER_LEASE) * 1000,
});

export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  try {
    const rings = Records.map(({ messageId, body }) => ({ messageId, ids: parseRing(body) }));
    for (const { messageId, ids } of rings)
      if (ids.length === 0) log.warn({ event: 'ring', messageId }, 'a message that is no ring is dropped');
    const ids = rings.flatMap((ring) => ring.ids);
    const again = await deliverRung(ids, deadline);
    const kept = rings.filter((ring) => ring.ids.some((id) => again.has(id)));
    return { batchItemFailures: kept.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  } finally {
    meter.flush();
  }
}

/** A retry's time is not now: qmgr rings for it then. */
async function ring(): Promise<void> {
  throw new Error('a deliver makes nothing due, so it has nothing to ring for');
}

async function createTransport(settings: Settings): Promise<Transport> {
  switch (settings.default_transport) {
    case 'ses':
      return createSesTransport(settings);
    case 'smtp': {
      const { createSmtpTransport } = await import('./smtp-transport.ts');
      return createSmtpTransport(settings, connectRelayhostPasswords(process.env, Date.now));
    }
    case 'capture':
      throw new Error('default_transport: capture keeps mail on one machine; on AWS it is ses or smtp');
  }
}
