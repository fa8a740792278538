// The data of a run, as CloudWatch would show it: values become points, each of a span of time and by the statistic that the
// dashboard asks for.

import type { EmittedMetric } from '../support/aws/emitted-metrics.ts';
import type { Line } from '../support/infra/shown-metrics.ts';

export type Span = { readonly from: number; readonly to: number; readonly step: number };
export type Point = { readonly at: number; readonly value: number };
export type Series = { readonly label: string; readonly points: readonly Point[] };

/** Points that a graph may have. */
const MOST_POINTS = 40;
const STEPS = [1, 2, 5, 10, 30, 60, 300].map((seconds) => seconds * 1000);

/** Milliseconds around the middle of a run: a program whose clock a test has put forward does not stretch the picture. */
const AROUND = 15 * 60_000;

export function spanOf(metrics: readonly EmittedMetric[]): Span {
  const all = metrics.flatMap(({ points }) => points.map(([time]) => time)).toSorted((a, b) => a - b);
  const middle = all[Math.floor(all.length / 2)] ?? 0;
  const times = all.filter((time) => Math.abs(time - middle) <= AROUND);
  const [first = 0, last = first] = [times[0], times.at(-1)];
  const step = STEPS.find((each) => (last - first) / each <= MOST_POINTS) ?? STEPS.at(-1) ?? 1;
  const from = Math.floor(first / step) * step;
  return { from, to: (Math.floor(last / step) + 1) * step, step };
}

/** One for each line that the widget draws; a line that is split by a dimension becomes one for each of its values. */
export function seriesOf(line: Line, metrics: readonly EmittedMetric[], span: Span): readonly Series[] {
  const { metric, namespace, dimensions } = line.metric;
  const found = metrics.filter(
    (emitted) =>
      emitted.name === metric &&
      emitted.namespace === namespace &&
      Object.keys(emitted.dimensions).toSorted().join() === dimensions.join(),
  );
  const series = found.map(({ dimensions: values, points }) => ({
    label: line.splitBy === undefined ? (line.label ?? metric) : (values[line.splitBy] ?? ''),
    points: pointsOf(points, line.statistic, span),
  }));
  return series.filter(({ points }) => points.length > 0);
}

function pointsOf(points: EmittedMetric['points'], statistic: string, { from, to, step }: Span): readonly Point[] {
  const within = points.filter(([time]) => time >= from && time < to);
  const steps = Map.groupBy(within, ([time]) => Math.floor((time - from) / step));
  return Array.from(steps, ([index, group]) => ({
    at: from + (index + 0.5) * step,
    value: valueOf(
      group.map(([, value]) => value),
      statistic,
    ),
  }));
}

function valueOf(values: readonly number[], statistic: string): number {
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (statistic) {
    case 'Sum':
      return total;
    case 'Average':
      return total / values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    case 'p95':
      return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0;
    default:
      throw new Error(`not understood: ${statistic}`);
  }
}
