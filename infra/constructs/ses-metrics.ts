// Amazon SES counts for the whole account, in its region and without dimensions: that is what AWS judges an account by.

import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';

type SesMetric = 'Send' | 'Reputation.BounceRate' | 'Reputation.ComplaintRate';

/** Rates are parts of one, over a representative number of messages that SES chooses. */
export function sesMetric(metricName: SesMetric, options: MetricOptions = {}): Metric {
  const statistic = metricName === 'Send' ? Stats.SUM : Stats.AVERAGE;
  return new Metric({ namespace: 'AWS/SES', metricName, statistic, ...options });
}
