// The qmgr program: every minute it rings for what is due and was missed, counts the queue, asks Amazon SES for the quota, and once
// an hour sweeps bodies that no entry names.

import { Construct } from 'constructs';
import { QMGR_INTERVAL, QMGR_TIMEOUT } from '#shared/config/timing.ts';
import { LambdaProgram, type ProgramsProps } from './program.ts';
import { Schedule } from './schedule.ts';
import type { Sending } from './sending.ts';
import type { Stores } from './stores.ts';

export type QmgrProps = { readonly stores: Stores; readonly sending: Sending; readonly programs: ProgramsProps };

export class Qmgr extends Construct {
  readonly program: LambdaProgram;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, { stores, sending, programs }: QmgrProps) {
    super(scope, id);
    this.program = new LambdaProgram(this, 'Program', {
      ...programs,
      name: 'qmgr',
      description: 'Rings for due mail that was missed, and counts the queue',
      memory: 256,
      timeout: QMGR_TIMEOUT,
    });
    stores.grantQueueRun(this.program);
    sending.grantReadQuota(this.program);
    this.schedule = new Schedule(this, 'Clock', { program: this.program, interval: QMGR_INTERVAL });
  }
}
