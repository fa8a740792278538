// Holds what dashboards and alarms show against what programs emit, and against what AWS has itself.

import { Meter } from '#shared/aws/metrics.ts';
import { METRICS, type Metric } from '#shared/config/metrics.ts';
import { type EmittedMetric, emittedMetrics } from '../aws/emitted-metrics.ts';
import { AWS_METRICS } from './aws-metrics.ts';
import type { ShownMetric } from './shown-metrics.ts';

/** The metrics among those shown that are neither emitted nor AWS's own, with where they are shown. */
export function neverEmitted(
  shown: readonly ShownMetric[],
  emitted: readonly Pick<EmittedMetric, 'namespace' | 'name' | 'dimensions'>[],
): readonly string[] {
  const known = new Set(
    emitted.map(({ namespace, name, dimensions }) =>
      keyOf({ namespace, metric: name, dimensions: Object.keys(dimensions).toSorted() }),
    ),
  );
  const missing = shown.filter((each) => !isOfAws(each) && !known.has(keyOf(each)));
  return missing.map((each) => `${each.where}: ${keyOf(each)}`);
}

export function isOfAws({ namespace, metric, dimensions }: Omit<ShownMetric, 'where'>): boolean {
  const allowed = AWS_METRICS[namespace]?.[metric] ?? [];
  return allowed.some((names) => names.toSorted().join() === dimensions.join());
}

const keyOf = ({ namespace, metric, dimensions }: Omit<ShownMetric, 'where'>): string =>
  [namespace, metric, ...dimensions].join(' ');

/** What a meter of that level writes of one event for each row of the table. */
export function emittedByMeter(namespace: string, level: 'home' | 'scale'): readonly EmittedMetric[] {
  const lines: string[] = [];
  const meter = new Meter({ namespace, level, write: (line) => void lines.push(line) });
  for (const { event, where, field, dimension } of Object.values<Metric>(METRICS)) {
    meter.count({
      event,
      ...where,
      ...(field === undefined ? {} : { [field]: 1 }),
      ...(dimension === undefined ? {} : { [dimension.field]: '554 5.7.1' }),
    });
  }
  meter.flush();
  return emittedMetrics(lines);
}
