// The metrics of a deployed relay: one row each, and nowhere else. They are counted from the log's events as they pass
// (shared/aws/metered-log.ts), so that a program says what happened once. Dashboards and alarms are made from these rows too.

export type Metric = {
  /** The log event's `event` that it is counted from. */
  readonly event: string;
  /** Only of events whose fields have these values. */
  readonly where?: Readonly<Record<string, string | boolean>>;
  /** The event's field that is the value; left out: each event counts one. Events without the field are passed over. */
  readonly field?: string;
  /** A field whose values split the metric: a CloudWatch dimension of the row's `dimensionName`. */
  readonly dimension?: { readonly name: string; readonly field: string };
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds' | 'Percent';
  /** How values in one minute come together. */
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'p95';
  /** Also in the `home` profile, where each costs 0.30 USD a month. */
  readonly home: boolean;
};

const row = (event: string, rest: Partial<Omit<Metric, 'event'>> = {}): Metric => ({
  event,
  unit: 'Count',
  statistic: 'Sum',
  home: false,
  ...rest,
});

export const METRICS = {
  /** Every minute by each listener, so its absence says that none runs. */
  Sessions: row('sessions', { field: 'active', statistic: 'Average', home: true }),
  Connections: row('connect'),
  LoginsAccepted: row('login', { where: { result: 'ok' } }),
  LoginsRefused: row('login', { where: { result: 'refused' } }),
  LoginsUnavailable: row('login', { where: { result: 'unavailable' } }),
  Accepted: row('queued', { home: true }),
  AcceptanceLatency: row('queued', { field: 'latency', unit: 'Milliseconds', statistic: 'p95' }),
  NotStored: row('notQueued', { home: true }),
  /** Split by the reply's codes, such as `554 5.7.1`. */
  Refused: row('refused', { dimension: { name: 'Reason', field: 'reason' } }),
  PolicyPermitted: row('policy', { field: 'permitted' }),
  PolicyRefused: row('policy', { field: 'refused' }),
  PolicyUnavailable: row('policyUnavailable'),
  PolicyLatency: row('policy', { field: 'latency', unit: 'Milliseconds', statistic: 'p95' }),
  /** Recipients. */
  Delivered: row('delivery', { where: { outcome: 'delivered' }, field: 'recipients' }),
  Deferred: row('delivery', { where: { outcome: 'deferred' }, field: 'recipients' }),
  Failed: row('delivery', { where: { outcome: 'failed' }, field: 'recipients', home: true }),
  /** From arrival to delivery. */
  DeliveryDelay: row('delivery', {
    where: { outcome: 'delivered' },
    field: 'delay',
    unit: 'Seconds',
    statistic: 'p95',
  }),
  Corrupt: row('corrupt'),
  QueueSize: row('queueRun', { field: 'queued', statistic: 'Maximum' }),
  QueueHeld: row('queueRun', { field: 'held', statistic: 'Maximum' }),
  QueueFailed: row('queueRun', { field: 'failed', statistic: 'Maximum' }),
  QueueCorrupt: row('queueRun', { field: 'corrupt', statistic: 'Maximum', home: true }),
  /** Of the oldest entry that is queued. */
  QueueAge: row('queueRun', { field: 'oldest', unit: 'Seconds', statistic: 'Maximum', home: true }),
  /** Of the sending quota of 24 hours. */
  QuotaUsed: row('quota', { field: 'used', unit: 'Percent', statistic: 'Maximum' }),
  CertificateDays: row('certificate', { field: 'daysLeft', statistic: 'Minimum', home: true }),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
