// The listener: a Fargate service that clients reach on the ports of the services, through a network load balancer that keeps
// their addresses, or (a home relay's choice) at the task's own address, which the task itself puts into the zone. A task that is
// told to stop takes no new clients and has STOP_TIMEOUT for messages in transit; a deployment starts the new task before it
// stops the old one, and goes back by itself if the new one does not become healthy.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  Cluster,
  type ContainerDefinition,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargatePlatformVersion,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CONTAINER_USER, HEALTH_COMMAND, SCRATCH_FOLDER } from '#shared/config/container.ts';
import type { Variable } from '#shared/config/environment.ts';
import { STOP_TIMEOUT } from '#shared/config/timing.ts';
import { HEALTH_PORT, type OpenPort, servicePorts } from '../open-ports.ts';
import { grantRecords } from './hosted-zone.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { admitClients } from './network.ts';
import type { Policy } from './policy.ts';
import type { Program, ProgramsProps } from './program.ts';
import type { Stores } from './stores.ts';

export type ListenerProps = {
  readonly vpc: IVpc;
  readonly stores: Stores;
  readonly policy: Policy;
  readonly programs: ProgramsProps;
  readonly ports: readonly OpenPort[];
  /** CPU units (1024 are one processor) and MiB. */
  readonly size: { readonly cpu: number; readonly memory: number };
  /** Most tasks; one task and no scaling if it is the same as `fewest`. */
  readonly tasks: { readonly fewest: number; readonly most: number };
  /** smtpd_connection_limit: sessions that one task takes. */
  readonly sessionLimit: number;
  readonly reached:
    | { readonly by: 'load balancer'; readonly loadBalancer: LoadBalancer }
    | {
        readonly by: 'address';
        readonly zoneId: string;
        readonly hostname: string;
        readonly allowedNetworks: readonly string[];
      };
};

/** Percent of a processor, and of smtpd_connection_limit, at which there should be more tasks. */
const BUSY = 60;
const DOCKERFILE = join(import.meta.dirname, '../../functions/listener/Dockerfile');

export class Listener extends Construct implements Program {
  readonly service: FargateService;
  readonly cluster: Cluster;
  readonly logGroup: LogGroup;
  readonly #task: FargateTaskDefinition;
  readonly #container: ContainerDefinition;

  constructor(scope: Construct, id: string, props: ListenerProps) {
    super(scope, id);
    const { vpc, stores, policy, programs, tasks, ports, reached } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: programs.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#task = this.#taskDefinition(props);
    this.#container = this.#addContainer(props);
    this.tell('SERVICES', servicePorts(ports));
    this.tell('HEALTH_PORT', String(HEALTH_PORT));
    this.tell('SCRATCH', SCRATCH_FOLDER);
    this.tell('METRICS_NAMESPACE', programs.metrics.namespace);
    this.tell('METRICS_LEVEL', programs.metrics.level);
    stores.grantEnqueue(this);
    stores.grantLogins(this);
    stores.grantReadCertificate(this);
    policy.grantAsk(this);

    this.cluster = new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.DISABLED });
    const tasksGroup = new SecurityGroup(this, 'Tasks', { vpc, description: 'Tasks of the listener' });
    const scales = tasks.most > tasks.fewest;
    this.service = new FargateService(this, 'Service', {
      // The CDK is not written for exactOptionalPropertyTypes.
      cluster: this.cluster as ICluster,
      taskDefinition: this.#task,
      platformVersion: FargatePlatformVersion.VERSION1_4,
      assignPublicIp: true,
      securityGroups: [tasksGroup],
      circuitBreaker: { rollback: true },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      availabilityZoneRebalancing: scales ? AvailabilityZoneRebalancing.ENABLED : AvailabilityZoneRebalancing.DISABLED,
      // Where it scales, a deployment must not set the number back.
      ...(scales ? {} : { desiredCount: tasks.fewest }),
      ...(reached.by === 'address' ? {} : { healthCheckGracePeriod: Duration.seconds(60) }),
    });
    // Tasks call AWS by their public addresses; and the gateway cannot go while a task has one.
    this.service.node.addDependency(vpc.selectSubnets().internetConnectivityEstablished);
    if (scales) this.#scale(props);
    if (reached.by === 'load balancer') {
      reached.loadBalancer.open({ service: this.service, container: this.#container, ports, healthPort: HEALTH_PORT });
    } else {
      admitClients(
        tasksGroup,
        reached.allowedNetworks,
        ports.map(({ port }) => port),
      );
      grantRecords(this, { zoneId: reached.zoneId, name: reached.hostname, type: 'A' });
    }
    this.#acknowledge();
  }

  get grantPrincipal(): IPrincipal {
    return this.#task.taskRole;
  }

  tell(variable: Variable, value: string): void {
    this.#container.addEnvironment(variable, value);
  }

  #taskDefinition({ size }: ListenerProps): FargateTaskDefinition {
    return new FargateTaskDefinition(this, 'Task', {
      cpu: size.cpu,
      memoryLimitMiB: size.memory,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      volumes: [{ name: 'scratch' }],
    });
  }

  #addContainer({ programs, ports, reached }: ListenerProps): ContainerDefinition {
    const folder = programs.bundle('listener');
    copyFileSync(DOCKERFILE, join(folder, 'Dockerfile'));
    const container = this.#task.addContainer('listener', {
      image: ContainerImage.fromAsset(folder, { platform: Platform.LINUX_ARM64 }),
      user: CONTAINER_USER,
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(STOP_TIMEOUT),
      portMappings: [...new Set(ports.map(({ containerPort }) => containerPort)), HEALTH_PORT].map((containerPort) => ({
        containerPort,
      })),
      healthCheck: {
        command: ['CMD', ...HEALTH_COMMAND],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
        startPeriod: Duration.seconds(30),
      },
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'listener',
        // A log that is not taken must not stop the mail.
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      // Ports below 1024 without root, where there is no load balancer to translate them.
      ...(reached.by === 'address'
        ? { systemControls: [{ namespace: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }
        : {}),
    });
    container.addMountPoints({ sourceVolume: 'scratch', containerPath: SCRATCH_FOLDER, readOnly: false });
    return container;
  }

  #scale({ tasks, sessionLimit, programs }: ListenerProps): void {
    const scaling = this.service.autoScaleTaskCount({ minCapacity: tasks.fewest, maxCapacity: tasks.most });
    scaling.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: BUSY });
    scaling.scaleToTrackCustomMetric('Sessions', {
      // Each task says how many it has, so the average is one task's.
      metric: new Metric({
        namespace: programs.metrics.namespace,
        metricName: 'Sessions',
        statistic: Stats.AVERAGE,
        period: Duration.minutes(1),
      }),
      targetValue: (sessionLimit * BUSY) / 100,
    });
  }

  #acknowledge(): void {
    Validations.of(this.#task).acknowledge(
      {
        id: 'AwsSolutions-ECS2',
        reason: 'Variables say where the stores are. What is secret lies in Secrets Manager, and is read from there.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken, by which the image is pulled, knows no resource.',
      },
    );
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason: "Container Insights costs more than a home relay's task; the listener counts sessions and mail itself.",
    });
  }
}
