// The deliver program: rings start it, in batches; it claims the entries that they name and hands them to the transport. A ring that
// it could not settle comes back after DOORBELL_VISIBILITY, which is longer than the program may run and than its lease on an
// entry, so that no entry is in two hands.

import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DELIVER_LEASE, DELIVER_TIMEOUT } from '#shared/config/timing.ts';
import { LambdaProgram, type ProgramsProps } from './program.ts';
import type { Sending } from './sending.ts';
import type { Stores } from './stores.ts';

export type DeliverProps = {
  readonly stores: Stores;
  readonly sending: Sending;
  readonly programs: ProgramsProps;
  /** default_destination_concurrency_limit: deliveries at a time. */
  readonly concurrency: number;
};

/** Rings in a batch. Each delivery of it runs at the same time. */
const BATCH = 10;
/** AWS takes no fewer than two, and no more than a thousand, delivers at a time. */
const FEWEST = 2;
const MOST = 1000;

export class Deliver extends Construct {
  readonly program: LambdaProgram;

  constructor(scope: Construct, id: string, { stores, sending, programs, concurrency }: DeliverProps) {
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
      maxBatchingWindow: Duration.seconds(0),
      reportBatchItemFailures: true,
      maxConcurrency: Math.min(MOST, Math.max(FEWEST, Math.floor(concurrency / BATCH))),
    });
  }
}
