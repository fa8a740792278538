// Every alarm that there is, one row each, in the order of a message's path. `home` has what loses or stops mail. What no data means
// is said in each row, for it differs: a listener that says nothing is down, a message that was not refused is no news.

import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricWithAlarmSupport } from 'cdk-monitoring-constructs';
import { OwnMetrics } from './own-metrics.ts';
import type { Watched } from './parts.ts';
import { sesMetric } from './ses-metrics.ts';

export type AlarmRow = {
  /** The runbook's heading. */
  readonly name: string;
  readonly sentence: string;
  readonly home: boolean;
  readonly metric: () => MetricWithAlarmSupport;
  readonly when: readonly ['>=' | '<', number];
  /** How many of how many periods, and how long one is, in minutes. */
  readonly lasting: readonly [periods: number, of: number, minutes: number];
  /** What a period without data is. */
  readonly silence: 'good' | 'bad' | 'same';
};

const math = (expression: string, usingMetrics: Record<string, IMetric>): MathExpression =>
  new MathExpression({ expression, usingMetrics });

export function alarmRows({ parts, metrics, sendsBySes }: Watched): readonly AlarmRow[] {
  const own = new OwnMetrics(metrics);
  const { stores, deliver, qmgr, certificate } = parts;
  const { lostRings, queueTable, directoryTable } = stores;
  return [
    {
      name: 'Listener down',
      sentence: 'No listener says how many sessions it has: clients cannot hand over mail, and keep it.',
      home: true,
      // Not how many, but whether anybody says it.
      metric: () => own.metric('Sessions', { statistic: Stats.SAMPLE_COUNT }),
      when: ['<', 1],
      lasting: [5, 5, 1],
      silence: 'bad',
    },
    {
      name: 'Messages not stored',
      sentence: 'Messages were refused for now, since the spool or the queue could not be written; clients try again.',
      home: true,
      metric: () => own.metric('NotStored'),
      when: ['>=', 1],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    {
      name: 'Logins unavailable',
      sentence: 'Passwords could not be checked, since Secrets Manager or the directory did not answer.',
      home: false,
      metric: () => own.metric('LoginsUnavailable'),
      when: ['>=', 1],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    {
      name: 'Logins refused',
      sentence: 'Many wrong passwords: somebody guesses, or a client has an old one.',
      home: false,
      metric: () => own.metric('LoginsRefused'),
      when: ['>=', 200],
      lasting: [3, 3, 5],
      silence: 'good',
    },
    {
      name: 'Policy unavailable',
      sentence: 'The policy program could not be asked: recipients were refused for now.',
      home: false,
      metric: () => own.metric('PolicyUnavailable'),
      when: ['>=', 1],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    {
      name: 'Queue too old',
      sentence: 'The oldest message waits for an hour and more.',
      home: true,
      metric: () => own.metric('QueueAge'),
      when: ['>=', 3600],
      lasting: [3, 3, 5],
      // The next one tells.
      silence: 'same',
    },
    {
      name: 'Queue manager down',
      sentence: 'The qmgr program does not run, or cannot count the queue: retries and missed rings wait.',
      home: true,
      metric: () => own.metric('QueueAge', { statistic: Stats.SAMPLE_COUNT }),
      when: ['<', 1],
      lasting: [3, 3, 5],
      silence: 'bad',
    },
    {
      name: 'Queue manager failing',
      sentence: 'Runs of the qmgr program fail, as a whole or in a part.',
      home: false,
      metric: () => qmgr.program.function.metricErrors(),
      when: ['>=', 2],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    {
      name: 'Nothing delivered',
      sentence: 'Deliveries are deferred, and not one succeeds.',
      home: false,
      metric: () =>
        math('IF(deferred > 0 AND FILL(delivered, 0) < 1, 1, 0)', {
          deferred: own.metric('Deferred'),
          delivered: own.metric('Delivered'),
        }),
      when: ['>=', 1],
      lasting: [2, 2, 15],
      silence: 'good',
    },
    {
      name: 'Deliveries failed',
      sentence: 'Recipients failed for good: most often the sender domain is not verified, or the content was refused.',
      home: true,
      metric: () => own.metric('Failed'),
      when: ['>=', 10],
      lasting: [1, 1, 15],
      silence: 'good',
    },
    {
      name: 'Deliver failing',
      sentence: 'Runs of the deliver program end in an error or at their time-out; its messages come back later.',
      home: false,
      metric: () => deliver.program.function.metricErrors(),
      when: ['>=', 1],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    {
      name: 'Corrupt entry',
      sentence: 'A message was acknowledged, and its body is missing or damaged. It is kept and not tried.',
      home: true,
      // The state and not the event, so that the alarm stays until somebody has looked.
      metric: () => own.metric('QueueCorrupt'),
      when: ['>=', 1],
      lasting: [1, 1, 5],
      silence: 'same',
    },
    {
      name: 'Lost rings',
      sentence: 'Rings of the doorbell were given up after half a day of trying.',
      home: false,
      metric: () => lostRings.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      when: ['>=', 1],
      lasting: [1, 1, 5],
      // SQS stops to tell of a queue that nobody uses: it is then empty.
      silence: 'good',
    },
    {
      name: 'Lost starts',
      sentence: 'The scheduler could not start the qmgr or the certificate program.',
      home: false,
      metric: () => {
        const clocks = { qmgr: qmgr.schedule, ...(certificate && { certificate: certificate.schedule }) };
        const lost = Object.entries(clocks).map(([name, { lostStarts }]) => [
          name,
          lostStarts.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
        ]);
        return math(Object.keys(clocks).join(' + '), Object.fromEntries(lost) as Record<string, IMetric>);
      },
      when: ['>=', 1],
      lasting: [1, 1, 5],
      silence: 'good',
    },
    {
      name: 'Certificate near its end',
      sentence: 'The certificate in use ends in less than ten days, or is none that clients can verify.',
      home: true,
      metric: () => own.metric('CertificateDays'),
      when: ['<', 10],
      // A first deployment has an hour to get its first one.
      lasting: [2, 2, 60],
      silence: 'same',
    },
    {
      name: 'Tables throttled',
      sentence: 'DynamoDB refuses requests to the tables for now.',
      home: false,
      metric: () => {
        const events = { statistic: Stats.SUM };
        return math('SUM(METRICS())', {
          queueReads: queueTable.metric('ReadThrottleEvents', events),
          queueWrites: queueTable.metric('WriteThrottleEvents', events),
          directoryReads: directoryTable.metric('ReadThrottleEvents', events),
        });
      },
      when: ['>=', 10],
      lasting: [2, 3, 5],
      silence: 'good',
    },
    ...(sendsBySes ? sesRows(own) : []),
  ];
}

/** AWS looks at an account at 5 percent bounces and 0.1 percent complaints, and stops it at twice to five times as many. */
function sesRows(own: OwnMetrics): readonly AlarmRow[] {
  return [
    {
      name: 'Sending quota used',
      sentence: 'Four fifths of what Amazon SES lets this account send in 24 hours are used.',
      home: false,
      metric: () => own.metric('QuotaUsed'),
      when: ['>=', 80],
      lasting: [3, 3, 5],
      silence: 'same',
    },
    {
      name: 'Bounce rate',
      sentence: 'So many messages bounce that Amazon SES will look at this account.',
      home: true,
      metric: () => sesMetric('Reputation.BounceRate'),
      when: ['>=', 0.04],
      lasting: [1, 1, 60],
      silence: 'same',
    },
    {
      name: 'Complaint rate',
      sentence: 'So many recipients complain that Amazon SES will look at this account.',
      home: false,
      metric: () => sesMetric('Reputation.ComplaintRate'),
      when: ['>=', 0.0008],
      lasting: [1, 1, 60],
      silence: 'same',
    },
  ];
}
