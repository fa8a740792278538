// The deliver program: rings start it, in batches; it claims the entries that they name and hands them to the transport. A ring that
// it could not settle comes back after DOORBELL_VISIBILITY, which is longer than the program may run and than its lease on an
// entry, so that no entry is in two hands.

import { Construct } from 'constructs';
import { DELIVER_LEASE, DELIVER_TIMEOUT } from '#shared/config/timing.ts';
import { LambdaProgram, type ProgramsProps } from './program.ts';
import type { Sending } from './sending.ts';
import type { Stores } from './stores.ts';

export type DeliverProps = {
  readonly stores: Stores;
  readonly sending: Sending;
  readonly programs: ProgramsProps;
  /** How many may run at a time, 2 to 1000. Each makes default_destination_concurrency_limit deliveries at a time. */
  readonly most: number;
};

/** Rings that one deliver is started with. */
const BATCH = 10;

export class Deliver extends Construct {
  readonly program: LambdaProgram;

  constructor(scope: Construct, id: string, { stores, sending, programs, most }: DeliverProps) {
    super(scope, id);
    this.program = new LambdaProgram(this, 'Program', {
      ...programs,
      name: 'deliver',
      description: 'Delivers queued mail',
      // 32 MiB of bodies, of which the SDK makes some five times as much, and what Node itself takes.
      memory: 512,
      timeout: DELIVER_TIMEOUT,
    });
    this.program.tell('DELIVER_LEASE', String(DELIVER_LEASE));
    stores.grantDeliver(this.program);
    stores.grantRelayhostPasswords(this.program);
    sending.grantSend(this.program);

    // A limit here and no reserved concurrency: a new account has none to reserve.
    this.program.function.addEventSourceMapping('Doorbell', {
      eventSourceArn: stores.doorbell.queueArn,
      batchSize: BATCH,
      reportBatchItemFailures: true,
      maxConcurrency: most,
    });
  }
}
