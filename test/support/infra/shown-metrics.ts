// Every metric that a synthesised template shows: in the widgets of its dashboards and in its alarms, metric math and SEARCH included.
// The dashboard's body is read as CloudWatch reads it (its "Dashboard Body Structure and Syntax"); what stands there and is not
// understood throws, so that nothing goes unseen.

import type { Resource, Template } from './synthesise.ts';
import { resourcesOf } from './synthesise.ts';

export type ShownMetric = {
  readonly namespace: string;
  readonly metric: string;
  /** Names, sorted. */
  readonly dimensions: readonly string[];
  /** Such as `alarm Listener down` or `widget Logins`. */
  readonly where: string;
};

export type Widget = {
  readonly type: 'metric' | 'text' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
};

export type Line = {
  readonly metric: Omit<ShownMetric, 'where'>;
  /** Its own statistic; Average if it names none. */
  readonly statistic: string;
  readonly label: string | undefined;
  /** One line for each value of this dimension. */
  readonly splitBy: string | undefined;
};

export function shownMetrics(template: Template): readonly ShownMetric[] {
  const inWidgets = dashboardsOf(template).flatMap((widgets) =>
    widgets.flatMap((widget) =>
      linesOf(widget).map(({ metric }) => ({ ...metric, where: `widget ${widget.properties.title}` })),
    ),
  );
  const inAlarms = alarmsOf(template).flatMap(([name, alarm]) =>
    alarmMetrics(alarm).map((metric) => ({ ...metric, where: `alarm ${name}` })),
  );
  return [...inWidgets, ...inAlarms];
}

/** By name, without the stack's name before it. */
export function alarmsOf(template: Template): readonly (readonly [name: string, alarm: Resource])[] {
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => {
    const name = textOf(alarm.Properties['AlarmName']);
    return [name.slice(name.indexOf(': ') + 2), alarm];
  });
}

export function dashboardsOf(template: Template): readonly (readonly Widget[])[] {
  return resourcesOf(template, 'AWS::CloudWatch::Dashboard').map(
    ([, { Properties }]) => (JSON.parse(textOf(Properties['DashboardBody'])) as { widgets: Widget[] }).widgets,
  );
}

/** What a widget draws. */
export function linesOf({ type, properties }: Widget): readonly Line[] {
  if (type !== 'metric') return [];
  return (properties.metrics ?? []).flatMap((row) => {
    const options = row.at(-1);
    const { expression, label, stat } = (isObject(options) ? options : {}) as Record<string, string | undefined>;
    if (expression !== undefined)
      return searchesIn(expression).map((search) => ({ ...search, label: label || undefined }));
    const [namespace, metric, ...dimensions] = row.filter((item) => !isObject(item)) as string[];
    if (namespace === undefined || metric === undefined || row.includes('.')) {
      throw new Error(`not understood: ${JSON.stringify(row)}`);
    }
    const names = dimensions.filter((_, i) => i % 2 === 0).toSorted();
    return [
      { metric: { namespace, metric, dimensions: names }, statistic: stat ?? 'Average', label, splitBy: undefined },
    ];
  });
}

type Stat = { readonly MetricStat?: { readonly Metric: MetricOf }; readonly Expression?: string };
type MetricOf = {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string }[];
};

/** Of an alarm on one metric, or on metric math. AWS asks for money for each. */
export function alarmMetrics({ Properties }: Resource): readonly Omit<ShownMetric, 'where'>[] {
  const { Metrics, MetricName } = Properties as { Metrics?: readonly Stat[]; MetricName?: string };
  if (MetricName !== undefined) return [plain(Properties as unknown as MetricOf)];
  return (Metrics ?? []).flatMap(({ MetricStat, Expression }) => [
    ...(MetricStat === undefined ? [] : [plain(MetricStat.Metric)]),
    ...searchesIn(Expression ?? '').map(({ metric }) => metric),
  ]);
}

const plain = ({ Namespace, MetricName, Dimensions = [] }: MetricOf): Omit<ShownMetric, 'where'> => ({
  namespace: Namespace,
  metric: MetricName,
  dimensions: Dimensions.map(({ Name }) => Name).toSorted(),
});

/** `SEARCH('{"relay","Reason"} MetricName="Refused"', 'Sum', 300)` */
const SEARCH = /SEARCH\('\{([^}]*)\} MetricName="([^"]+)"', '(\w+)', \d+\)/g;

function searchesIn(expression: string): Omit<Line, 'label'>[] {
  const found = [...expression.matchAll(SEARCH)].map(([, schema = '', metric = '', statistic = '']) => {
    const [namespace = '', ...dimensions] = schema.split(',').map((name) => name.replaceAll('"', '').trim());
    return { metric: { namespace, metric, dimensions: dimensions.toSorted() }, statistic, splitBy: dimensions[0] };
  });
  if (found.length !== expression.split('SEARCH(').length - 1) throw new Error(`not understood: ${expression}`);
  return found;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A text of the template, with `<what>` for what only AWS knows. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) throw new Error(`not understood: ${JSON.stringify(value)}`);
  const [[name, argument] = ['', '']] = Object.entries(value) as [string, unknown][];
  if (name === 'Fn::Join') return ((argument as [string, unknown[]])[1] ?? []).map(textOf).join('');
  return name === 'Ref' ? `<${String(argument)}>` : `<${(argument as string[]).join('.')}>`;
}
