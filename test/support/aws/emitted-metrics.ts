// The metrics among the lines that programs have written, as CloudWatch would take them from the log (embedded metric format).

export type EmittedMetric = {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Time in ms, and value; in the order of time. */
  readonly points: readonly (readonly [time: number, value: number])[];
};

type Line = {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
} & Readonly<Record<string, unknown>>;

/** One for each metric and its dimensions' values. */
export function emittedMetrics(lines: readonly string[]): EmittedMetric[] {
  const found = new Map<string, EmittedMetric & { readonly points: [number, number][] }>();
  for (const text of lines) {
    if (!text.includes('"_aws"')) continue;
    const line = JSON.parse(text) as Line;
    for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
      for (const names of Dimensions) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(line[name])]));
        for (const { Name, Unit } of Metrics) {
          const key = JSON.stringify([Namespace, Name, dimensions]);
          const metric = found.get(key) ?? { namespace: Namespace, name: Name, unit: Unit, dimensions, points: [] };
          found.set(key, metric);
          for (const value of [line[Name]].flat()) metric.points.push([line._aws.Timestamp, Number(value)]);
        }
      }
    }
  }
  for (const { points } of found.values()) points.sort(([a], [b]) => a - b);
  return [...found.values()];
}
