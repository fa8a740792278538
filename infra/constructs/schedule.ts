// A clock that starts a program and tells it the time that was meant, which a start that is tried again does not change. A start that fails is tried again within the interval and then given up, for the next is near;
// what was given up lies in a dead-letter queue, where an alarm sees it.

import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ScheduledStart } from '#shared/config/scheduled-start.ts';
import { allow, type LambdaProgram } from './program.ts';

export type ScheduleProps = {
  readonly program: LambdaProgram;
  /** Seconds; whole minutes. */
  readonly interval: number;
};

/** Seconds: Scheduler gives up no sooner. */
const SHORTEST_AGE = 60;
const TRIES = 2;

export class Schedule extends Construct {
  /** Starts that were given up. */
  readonly lostStarts: Queue;

  constructor(scope: Construct, id: string, { program, interval }: ScheduleProps) {
    super(scope, id);
    this.lostStarts = new Queue(this, 'LostStarts', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.lostStarts).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: "This is a dead-letter queue: EventBridge Scheduler's.",
    });
    // A run that fails is not repeated by Lambda either.
    program.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(interval) });
    const role = new Role(this, 'Role', {
      // Only for schedules of this account: a role that a service takes on is not to be borrowed from elsewhere.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const { functionArn } = program.function;
    allow(role, ['lambda:InvokeFunction'], [functionArn]);
    allow(role, ['sqs:SendMessage'], [this.lostStarts.queueArn]);
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: `rate(${interval / 60} ${interval === 60 ? 'minute' : 'minutes'})`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ time: '<aws.scheduler.scheduled-time>' } satisfies ScheduledStart),
        deadLetterConfig: { arn: this.lostStarts.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: Math.max(SHORTEST_AGE, interval), maximumRetryAttempts: TRIES },
      },
    });
    schedule.node.addDependency(role);
  }
}
