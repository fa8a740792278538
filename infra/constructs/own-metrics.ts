// The relay's own metrics as CloudWatch knows them: namespace, name and dimension exactly as shared/aws/metrics.ts emits them, from
// the same table. A metric that this profile's programs do not emit does not exist here either, so nothing can be shown empty.

import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, type MetricName, type Metric as Row } from '#shared/config/metrics.ts';
import type { ProgramsProps } from './program.ts';

/** What a graph is drawn in. */
export const PERIOD = Duration.minutes(5);

export class OwnMetrics {
  readonly #props: ProgramsProps['metrics'];

  constructor(props: ProgramsProps['metrics']) {
    this.#props = props;
  }

  /** Whether the programs emit it. */
  has(name: MetricName): boolean {
    return this.#props.level === 'scale' || METRICS[name].home;
  }

  /** Its statistic is the row's, if `options` do not say otherwise. */
  metric(name: MetricName, options: MetricOptions = {}): Metric {
    const row: Row = METRICS[name];
    if (!this.has(name) || row.dimension !== undefined) throw new Error(`${name} is not emitted as one metric`);
    return new Metric({
      namespace: this.#props.namespace,
      metricName: name,
      statistic: row.statistic,
      period: PERIOD,
      ...options,
    });
  }

  /** A line for each value of the dimension that the row splits the metric by. Alarms cannot search. */
  split(name: MetricName): MathExpression {
    const { statistic, dimension }: Row = METRICS[name];
    if (!this.has(name) || dimension === undefined) throw new Error(`${name} is not emitted split`);
    const schema = `{"${this.#props.namespace}","${dimension.name}"}`;
    return new MathExpression({
      expression: `SEARCH('${schema} MetricName="${name}"', '${statistic}', ${PERIOD.toSeconds()})`,
      usingMetrics: {},
      label: '',
      period: PERIOD,
    });
  }
}
