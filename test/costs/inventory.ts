// What a synthesised template would have us pay for, counted: nothing here is known beforehand, so that a change of the stack
// changes the costs.

import { METRICS, type Metric } from '#shared/config/metrics.ts';
import { alarmMetrics, alarmsOf } from '../support/infra/shown-metrics.ts';
import { resourcesOf, type Template } from '../support/infra/synthesise.ts';

/** Values of the dimension `Reason` that a month may see, each of them a metric. */
const REASONS = 5;

export type Inventory = {
  readonly loadBalancers: number;
  /** Of the load balancer: an address in each. */
  readonly balancedZones: number;
  readonly isCrossZone: boolean;
  readonly tasks: number;
  /** Of one task. */
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly publicAddresses: number;
  readonly credentialSecrets: number;
  readonly secrets: number;
  readonly tables: number;
  readonly polledQueues: number;
  readonly alarmMetrics: number;
  readonly alarms: number;
  readonly customMetrics: number;
  readonly dashboards: number;
  /** Lambda programs' memory in GB, by name. */
  readonly programs: Readonly<Record<string, number>>;
  /** By program: starts a month. */
  readonly starts: Readonly<Record<string, number>>;
  /** The task puts its own address there, or the template has records in it. */
  readonly zones: number;
};

type Properties = Readonly<Record<string, unknown>>;

export function inventoryOf(template: Template, level: 'home' | 'scale'): Inventory {
  const all = (type: string): readonly (readonly [string, Properties])[] =>
    resourcesOf(template, type).map(([id, { Properties }]) => [id, Properties ?? {}]);
  const [[, service]] = all('AWS::ECS::Service') as [[string, Properties]];
  const [[, task]] = all('AWS::ECS::TaskDefinition') as [[string, Properties]];
  const scaling = all('AWS::ApplicationAutoScaling::ScalableTarget')[0]?.[1];
  const tasks = Number(scaling?.['MinCapacity'] ?? service['DesiredCount']);
  const balancers = all('AWS::ElasticLoadBalancingV2::LoadBalancer');
  const balancedZones = balancers.reduce((zones, [, { Subnets }]) => zones + (Subnets as unknown[]).length, 0);
  const secrets = all('AWS::SecretsManager::Secret');
  const programs = all('AWS::Lambda::Function').map(([id, { MemorySize }]) => [nameOf(id), Number(MemorySize) / 1024]);
  return {
    loadBalancers: balancers.length,
    balancedZones,
    isCrossZone: /"load_balancing\.cross_zone\.enabled","Value":"true"/.test(JSON.stringify(balancers)),
    tasks,
    vcpu: Number(task['Cpu']) / 1024,
    memoryGb: Number(task['Memory']) / 1024,
    publicAddresses: tasks + balancedZones,
    credentialSecrets: secrets.filter(([id]) => id.startsWith('Credentials')).length,
    secrets: secrets.length,
    tables: all('AWS::DynamoDB::GlobalTable').length,
    polledQueues: all('AWS::Lambda::EventSourceMapping').length,
    alarmMetrics: alarmsOf(template).reduce((metrics, [, alarm]) => metrics + alarmMetrics(alarm).length, 0),
    alarms: alarmsOf(template).length,
    customMetrics: Object.values<Metric>(METRICS)
      .filter(({ home }) => home || level === 'scale')
      .reduce((metrics, { dimension }) => metrics + (dimension === undefined ? 1 : REASONS), 0),
    dashboards: all('AWS::CloudWatch::Dashboard').length,
    programs: Object.fromEntries(programs) as Record<string, number>,
    starts: Object.fromEntries(
      all('AWS::Scheduler::Schedule').map(([id, { ScheduleExpression }]) => [nameOf(id), startsOf(ScheduleExpression)]),
    ),
    zones: JSON.stringify(template).includes('HOSTED_ZONE') ? 1 : 0,
  };
}

/** `QmgrProgramFunction28A8` → `qmgr` */
const nameOf = (id: string): string => (/^[A-Z][a-z]+/.exec(id)?.[0] ?? id).toLowerCase();

function startsOf(expression: unknown): number {
  const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(String(expression))?.[1]);
  return (730 * 60) / minutes;
}
