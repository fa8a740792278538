// When somebody should be told (alarm-rows.ts): each alarm is named as its heading in docs/runbook.md, whose anchor is in the
// description, and says its state to one topic. Who listens there is the operator's choice. An alarm costs 0.10 USD a month for each
// metric that it looks at.

import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { AlarmFactory, notifySns } from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import { alarmRows } from './alarm-rows.ts';
import type { Watched } from './parts.ts';

export type AlarmsProps = Watched & {
  /** May be empty. */
  readonly email: string;
};

const COMPARISONS = {
  '>=': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
};
const SILENCE = {
  good: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  same: TreatMissingData.IGNORE,
};

export class Alarms extends Construct {
  readonly topic: Topic;
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic(props.email);
    const stackName = Stack.of(this).stackName;
    const factory = new AlarmFactory(this, {
      globalAlarmDefaults: {
        actionsEnabled: true,
        alarmNamePrefix: stackName,
        action: notifySns(this.topic, this.topic),
      },
      globalMetricDefaults: { namespace: props.metrics.namespace },
      localAlarmNamePrefix: stackName,
    });
    const rows = alarmRows(props).filter(({ home }) => home || props.metrics.level === 'scale');
    this.alarms = rows.map(({ name, sentence, metric, when: [comparison, threshold], lasting, silence }) => {
      const [datapointsToAlarm, evaluationPeriods, minutes] = lasting;
      return factory.addAlarm(metric(), {
        alarmNameSuffix: name,
        alarmNameOverride: `${stackName}: ${name}`,
        alarmDescription: sentence,
        runbookLink: `docs/runbook.md#${anchorOf(name)}`,
        comparisonOperator: COMPARISONS[comparison],
        threshold,
        datapointsToAlarm,
        evaluationPeriods,
        period: Duration.minutes(minutes),
        treatMissingData: SILENCE[silence],
      }).alarm;
    });
  }

  #topic(email: string): Topic {
    const topic = new Topic(this, 'Topic', { displayName: Stack.of(this).stackName, enforceSSL: true });
    Validations.of(topic).acknowledge({
      id: 'AwsSolutions-SNS2',
      reason:
        "CloudWatch cannot use AWS's key for SNS, and a key of one's own costs more than all alarms of a home relay.",
    });
    // The topic's policy is its own since it asks for TLS, so CloudWatch must be named.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== '') topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
