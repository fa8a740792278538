// One page that follows a message from the client to its delivery, then the programs and stores that carry it, and last what the
// month's bill grows with. Only metrics that this relay's programs emit, and AWS's own that cost nothing to have.

import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  type IAlarm,
  type IMetric,
  Metric,
  type MetricOptions,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type CustomMetricGroup, DefaultDashboardFactory, MonitoringFacade } from 'cdk-monitoring-constructs';
import { Construct } from 'constructs';
import type { MetricName } from '#shared/config/metrics.ts';
import { QUEUE_TABLE } from '#shared/config/records.ts';
import { OwnMetrics, PERIOD } from './own-metrics.ts';
import { lambdaPrograms, type Parts, type Watched } from './parts.ts';
import { sesMetric } from './ses-metrics.ts';

export type DashboardProps = Watched & { readonly alarms: readonly IAlarm[] };

type Graph = { readonly title: string; readonly metrics: readonly IMetric[] };
type Section = { readonly title: string; readonly graphs: readonly Graph[] };
/** Metrics and what to call them. */
type Named = Partial<Record<MetricName, string>>;

const HOURS = Duration.hours(12);
const COLUMNS = 24;
const SUM = { statistic: Stats.SUM, period: PERIOD };
const MOST = { statistic: Stats.MAXIMUM, period: PERIOD };
const MEAN = { statistic: Stats.AVERAGE, period: PERIOD };
/** AWS counts what lies in a bucket once a day. */
const DAILY = { statistic: Stats.AVERAGE, period: Duration.days(1) };

export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const facade = new MonitoringFacade(this, 'Monitoring', {
      dashboardFactory: new DefaultDashboardFactory(this, 'Factory', {
        dashboardNamePrefix: stackName,
        detailDashboardRange: HOURS,
      }),
      alarmFactoryDefaults: { actionsEnabled: false, alarmNamePrefix: stackName },
      metricFactoryDefaults: { namespace: props.metrics.namespace },
    });
    facade.addWidget(
      new AlarmStatusWidget({
        title: 'Alarms: docs/runbook.md says what to do at each',
        alarms: [...props.alarms],
        width: COLUMNS,
        height: 4,
      }),
    );
    for (const { title, graphs } of sectionsOf(props)) {
      const metricGroups = graphs.filter(({ metrics }) => metrics.length > 0).map(groupOf);
      if (metricGroups.length > 0) {
        facade.monitorCustom({
          humanReadableName: title,
          alarmFriendlyName: title.replaceAll(/\W/g, ''),
          metricGroups,
        });
      }
    }
  }
}

const groupOf = ({ title, metrics }: Graph): CustomMetricGroup => ({
  title,
  metrics: metrics as CustomMetricGroup['metrics'],
});

function sectionsOf(props: DashboardProps): readonly Section[] {
  const own = new OwnMetrics(props.metrics);
  const named = (title: string, names: Named, options: MetricOptions = {}): Graph => ({
    title,
    metrics: (Object.entries(names) as [MetricName, string][])
      .filter(([name]) => own.has(name))
      .map(([name, label]) => own.metric(name, { label, ...options })),
  });
  return [
    {
      title: 'Clients',
      graphs: [
        named('Sessions of a task', { Sessions: 'under way' }),
        named('Connections', { Connections: 'opened' }),
        named('Logins', { LoginsAccepted: 'accepted', LoginsRefused: 'refused', LoginsUnavailable: 'unavailable' }),
        named('Days that the certificate is good', { CertificateDays: 'days' }),
      ],
    },
    {
      title: 'Acceptance',
      graphs: [
        named('Messages', { Accepted: 'accepted', NotStored: 'not stored' }),
        { title: 'Refused, by the codes of the reply', metrics: own.has('Refused') ? [own.split('Refused')] : [] },
        named('Verdicts of policy', {
          PolicyPermitted: 'permitted',
          PolicyRefused: 'refused',
          PolicyUnavailable: 'unavailable',
        }),
        named('Latency, 95th percentile, ms', { AcceptanceLatency: 'acceptance', PolicyLatency: 'policy' }),
      ],
    },
    {
      title: 'Delivery',
      graphs: [
        named('Recipients', { Delivered: 'delivered', Deferred: 'deferred', Failed: 'failed' }),
        named('From arrival to delivery, 95th percentile, s', { DeliveryDelay: 'delay' }),
        ...(props.sendsBySes
          ? [
              named('Sending quota used, %', { QuotaUsed: 'of 24 hours' }),
              {
                title: 'Bounces and complaints, parts of one',
                metrics: [
                  sesMetric('Reputation.BounceRate', { label: 'bounce rate', period: PERIOD }),
                  sesMetric('Reputation.ComplaintRate', { label: 'complaint rate', period: PERIOD }),
                ],
              },
            ]
          : []),
      ],
    },
    queueSection(props.parts, named),
    programSection(props.parts),
    storeSection(props.parts),
    listenerSection(props.parts),
    costSection(props),
  ];
}

function queueSection({ stores, qmgr, certificate }: Parts, named: (title: string, names: Named) => Graph): Section {
  const { doorbell, lostRings } = stores;
  const lost = (label: string) => ({ ...MOST, label });
  return {
    title: 'Queue',
    graphs: [
      named('Entries', { QueueSize: 'queued', QueueHeld: 'held', QueueFailed: 'failed', QueueCorrupt: 'corrupt' }),
      named('Age of the oldest entry, s', { QueueAge: 'oldest' }),
      {
        title: 'Doorbell',
        metrics: [
          doorbell.metricApproximateNumberOfMessagesVisible({ ...MOST, label: 'rings waiting' }),
          doorbell.metricApproximateAgeOfOldestMessage({ ...MOST, label: 'age of the oldest, s' }),
        ],
      },
      {
        title: 'Given up',
        metrics: [
          lostRings.metricApproximateNumberOfMessagesVisible(lost('rings')),
          qmgr.schedule.lostStarts.metricApproximateNumberOfMessagesVisible(lost('starts of qmgr')),
          ...(certificate === undefined
            ? []
            : [
                certificate.schedule.lostStarts.metricApproximateNumberOfMessagesVisible(lost('starts of certificate')),
              ]),
        ],
      },
    ],
  };
}

function programSection(parts: Parts): Section {
  const each = (metricName: string, options: MetricOptions): IMetric[] =>
    lambdaPrograms(parts).map(([label, program]) => program.function.metric(metricName, { ...options, label }));
  return {
    title: 'Programs in Lambda',
    graphs: [
      { title: 'Errors', metrics: each('Errors', SUM) },
      {
        title: 'Duration, 95th percentile, ms',
        metrics: each('Duration', { statistic: Stats.percentile(95), period: PERIOD }),
      },
      { title: 'Throttles', metrics: each('Throttles', SUM) },
      { title: 'At a time', metrics: each('ConcurrentExecutions', MOST) },
    ],
  };
}

function storeSection({ stores: { queueTable, directoryTable } }: Parts): Section {
  const each = (metricName: string): IMetric[] => [
    queueTable.metric(metricName, { ...SUM, label: 'queue' }),
    queueTable.metric(metricName, {
      ...SUM,
      label: 'what is due',
      dimensionsMap: { TableName: queueTable.tableName, GlobalSecondaryIndexName: QUEUE_TABLE.dueIndex.name },
    }),
    directoryTable.metric(metricName, { ...SUM, label: 'directory' }),
  ];
  return {
    title: 'Tables',
    graphs: [
      { title: 'Read units', metrics: each('ConsumedReadCapacityUnits') },
      { title: 'Write units', metrics: each('ConsumedWriteCapacityUnits') },
      { title: 'Reads throttled', metrics: each('ReadThrottleEvents') },
      { title: 'Writes throttled', metrics: each('WriteThrottleEvents') },
    ],
  };
}

function listenerSection({ listener, loadBalancer }: Parts): Section {
  return {
    title: 'Listener',
    graphs: [
      {
        title: 'Processor and memory, %',
        metrics: [
          listener.service.metricCpuUtilization({ ...MEAN, label: 'processor' }),
          listener.service.metricMemoryUtilization({ ...MEAN, label: 'memory' }),
        ],
      },
      ...(loadBalancer === undefined
        ? []
        : [
            {
              title: 'Connections of the load balancer',
              metrics: [
                loadBalancer.balancer.metrics.activeFlowCount({ ...MEAN, label: 'open' }),
                loadBalancer.balancer.metrics.newFlowCount({ ...SUM, label: 'new' }),
              ],
            },
            {
              title: 'Tasks that are not well',
              metrics: loadBalancer.targetGroups.map((group, i) =>
                group.metrics.unHealthyHostCount({ ...MOST, label: `target group ${i + 1}` }),
              ),
            },
            {
              title: 'Bytes',
              metrics: [loadBalancer.balancer.metrics.processedBytes({ ...SUM, label: 'in and out' })],
            },
          ]),
    ],
  };
}

function costSection({ parts, sendsBySes }: DashboardProps): Section {
  const { stores, listener, loadBalancer } = parts;
  const logs = [['listener', listener] as const, ...lambdaPrograms(parts)];
  return {
    title: 'What the bill grows with',
    graphs: [
      { title: 'Sent by Amazon SES', metrics: sendsBySes ? [sesMetric('Send', { ...SUM, label: 'messages' })] : [] },
      {
        title: 'Bytes logged',
        metrics: logs.map(([label, { logGroup }]) => bytesLogged(logGroup, label)),
      },
      {
        title: 'Bodies in the spool',
        metrics: [objectsIn(stores.spool, 'bodies')],
      },
      {
        title: 'Capacity units of the load balancer',
        metrics:
          loadBalancer === undefined ? [] : [loadBalancer.balancer.metrics.consumedLCUs({ ...SUM, label: 'units' })],
      },
    ],
  };
}

/** What S3 counts without being paid for it. */
function objectsIn({ bucketName }: Pick<IBucket, 'bucketName'>, label: string): Metric {
  const dimensionsMap = { BucketName: bucketName, StorageType: 'AllStorageTypes' };
  return new Metric({ namespace: 'AWS/S3', metricName: 'NumberOfObjects', dimensionsMap, ...DAILY, label });
}

/** The CDK's own metric of a log group leaves its name out, and so is one of all log groups of the account. */
function bytesLogged({ logGroupName }: Pick<ILogGroup, 'logGroupName'>, label: string): Metric {
  const dimensionsMap = { LogGroupName: logGroupName };
  return new Metric({ namespace: 'AWS/Logs', metricName: 'IncomingBytes', dimensionsMap, ...SUM, label });
}
