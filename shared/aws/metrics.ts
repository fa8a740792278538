// Counts the log's events by the table shared/config/metrics.ts and writes the counts in CloudWatch's embedded metric format (EMF):
// one line for all metrics without a dimension, one for each value of a dimension. No metric has a dimension that its row does not
// name, the library's own `service` neither, so namespace, name and the row's dimension say it all.
// Mail does not wait or fail for a metric: nothing here throws, and what cannot be written is dropped.

import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS, type Metric } from '#shared/config/metrics.ts';

export type MeterOptions = {
  /** CloudWatch's. */
  readonly namespace: string;
  /** `home`: only the rows that say so. */
  readonly level: string;
  /** Takes one line, with its end. */
  readonly write: (line: string) => void;
};

type Dimension = { readonly name: string; readonly value: string };
type Series = { readonly name: string; readonly metric: Metric; readonly dimension?: Dimension; values: number[] };

/** EMF allows 100 values of a metric in a line, and at 100 the library would write by itself. */
const VALUES_IN_A_LINE = 99;
/** CloudWatch takes money for each value of a dimension, and a reply's codes can come from elsewhere. */
const VALUES_OF_A_DIMENSION = 30;
const OTHER = 'other';

/** Whose values of some time are told by one. The other statistics want every value. */
const FOLDS: Partial<Record<Metric['statistic'], (a: number, b: number) => number>> = {
  Sum: (a, b) => a + b,
  Maximum: Math.max,
  Minimum: Math.min,
};

export class Meter {
  readonly #emf: Metrics;
  readonly #write: MeterOptions['write'];
  readonly #rows: ReadonlyMap<string, readonly (readonly [string, Metric])[]>;
  readonly #series = new Map<string, Series>();
  /** By metric: the dimension's values that this process has met. */
  readonly #met = new Map<string, Set<string>>();

  constructor({ namespace, level, write }: MeterOptions) {
    this.#emf = new Metrics({ namespace });
    this.#emf.clearDefaultDimensions();
    this.#write = write;
    const rows = Object.entries<Metric>(METRICS).filter(([, { home }]) => home || level !== 'home');
    this.#rows = Map.groupBy(rows, ([, { event }]) => event);
  }

  count(event: object): void {
    const fields = event as Readonly<Record<string, unknown>>;
    const kind = fields['event'];
    if (typeof kind !== 'string') return;
    for (const [name, metric] of this.#rows.get(kind) ?? []) {
      const value = metric.field === undefined ? 1 : fields[metric.field];
      if (!isMeant(metric, fields) || typeof value !== 'number' || !Number.isFinite(value)) continue;
      this.#add(this.#seriesOf(name, metric, fields), value);
    }
  }

  /** Writes what was counted since the last time. */
  flush(): void {
    const groups = Map.groupBy(this.#series.values(), ({ dimension }) => JSON.stringify(dimension));
    this.#series.clear();
    for (const group of groups.values()) this.#emit(group);
  }

  #seriesOf(name: string, metric: Metric, fields: Readonly<Record<string, unknown>>): Series {
    const dimension = metric.dimension && {
      name: metric.dimension.name,
      value: this.#bounded(name, fields[metric.dimension.field]),
    };
    const key = `${name} ${dimension?.value}`;
    const series = this.#series.get(key) ?? { name, metric, values: [], ...(dimension && { dimension }) };
    this.#series.set(key, series);
    return series;
  }

  #bounded(name: string, value: unknown): string {
    if (typeof value !== 'string' || value === '') return OTHER;
    const met = this.#met.get(name) ?? new Set();
    if (met.size < VALUES_OF_A_DIMENSION) this.#met.set(name, met.add(value));
    return met.has(value) ? value : OTHER;
  }

  #add(series: Series, value: number): void {
    const fold = FOLDS[series.metric.statistic];
    const [folded] = series.values;
    if (fold !== undefined && folded !== undefined) series.values = [fold(folded, value)];
    else series.values.push(value);
    if (series.values.length < VALUES_IN_A_LINE) return;
    this.#emit([series]);
    series.values = [];
  }

  #emit(group: readonly Series[]): void {
    const filled = group.filter(({ values }) => values.length > 0);
    if (filled.length === 0) return;
    try {
      const dimension = filled[0]?.dimension;
      // Without a dimension: the set of none, which EMF must be told.
      this.#emf.addDimensions(dimension === undefined ? {} : { [dimension.name]: dimension.value });
      for (const { name, metric, values } of filled)
        for (const value of values) this.#emf.addMetric(name, metric.unit, value);
      this.#write(`${JSON.stringify(this.#emf.serializeMetrics())}\n`);
    } catch {
      // The metrics of this line are lost; the log's events are not.
    } finally {
      this.#emf.clearMetrics();
      this.#emf.clearDimensions();
    }
  }
}

function isMeant({ where }: Metric, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(where ?? {}).every(([field, value]) => fields[field] === value);
}
