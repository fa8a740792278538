// The queue manager in Lambda: EventBridge Scheduler calls it every minute, and its event says which minute. A run that fails is
// reported as failed, so that AWS's own metric of errors shows it; the next one makes up for it.

import type { Context } from 'aws-lambda';
import { connectDoorbell, connectQueue, connectQuota, connectSpool } from '#shared/aws/connect.ts';
import { startProgram } from '#shared/aws/program.ts';
import type { ScheduledStart } from '#shared/config/scheduled-start.ts';
import { createQmgr } from './qmgr.ts';

const { settings, log, meter } = startProgram(process.env, import.meta.dirname);
const doorbell = connectDoorbell(process.env);
const bodies = connectSpool(process.env);

const qmgr = createQmgr({
  queue: connectQueue(process.env, { doorbell, bodies, log }),
  doorbell,
  bodies,
  ...(settings.default_transport === 'ses' ? { quota: connectQuota(settings) } : {}),
  now: Date.now,
  log,
});

export async function handler({ time }: ScheduledStart, context: Context): Promise<void> {
  try {
    await qmgr(new Date(time), Date.now() + context.getRemainingTimeInMillis());
  } finally {
    meter.flush();
  }
}
