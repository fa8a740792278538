// The network load balancer: IPv4, TCP as it comes (TLS ends in the listener), and the clients' own addresses, which the policy
// judges by. It forgets no connection that SMTP still keeps, and a target that leaves keeps its connections.

import { type CfnResource, Duration, Validations } from 'aws-cdk-lib';
import { type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ContainerDefinition, FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  IpAddressType,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { LONGEST_IDLE_TIMEOUT } from '#shared/config/deployed.ts';
import { STOP_TIMEOUT } from '#shared/config/timing.ts';
import { admitClients } from './network.ts';

export type LoadBalancerProps = {
  readonly vpc: IVpc;
  readonly deletionProtection: boolean;
  readonly allowedNetworks: readonly string[];
  /** The longest smtpd_timeout, in milliseconds. */
  readonly longestSilence: number;
};

export type Targets = {
  readonly service: FargateService;
  readonly container: ContainerDefinition;
  readonly ports: readonly { readonly port: number; readonly containerPort: number }[];
  readonly healthPort: number;
};

/** Seconds of silence above the listener's own time-out, so that it is the listener that ends a connection, with its 421. */
const MARGIN = 60;
/** Seconds: what AWS does if it is not told. */
const USUAL_IDLE_TIMEOUT = 350;

export class LoadBalancer extends Construct {
  readonly balancer: NetworkLoadBalancer;
  readonly targetGroups: NetworkTargetGroup[] = [];
  readonly #props: LoadBalancerProps;
  readonly #clients: SecurityGroup;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    this.#props = props;
    const { vpc, deletionProtection } = props;
    this.#clients = new SecurityGroup(this, 'Clients', {
      vpc,
      description: 'Who may connect',
      allowAllOutbound: false,
    });
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: true,
      ipAddressType: IpAddressType.IPV4,
      crossZoneEnabled: true,
      deletionProtection,
      securityGroups: [this.#clients],
    });
    // Its name may stand in DNS that is kept elsewhere, so it must never be another one.
    (this.balancer.node.defaultChild as CfnResource).overrideLogicalId('LoadBalancer');
    Validations.of(this.balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason: 'A network load balancer writes access logs for TLS listeners alone, and these are TCP.',
    });
  }

  open({ service, container, ports, healthPort }: Targets): void {
    const { allowedNetworks, longestSilence, vpc } = this.#props;
    const idle = Math.max(USUAL_IDLE_TIMEOUT, Math.ceil(longestSilence / 1000) + MARGIN);
    const targetGroups = new Map<number, NetworkTargetGroup>();
    for (const { port, containerPort } of ports) {
      const targetGroup =
        targetGroups.get(containerPort) ??
        new NetworkTargetGroup(this, `Targets${containerPort}`, {
          vpc,
          port: containerPort,
          protocol: Protocol.TCP,
          targets: [service.loadBalancerTarget({ containerName: container.containerName, containerPort })],
          preserveClientIp: true,
          connectionTermination: false,
          deregistrationDelay: Duration.seconds(STOP_TIMEOUT),
          healthCheck: {
            protocol: Protocol.HTTP,
            port: String(healthPort),
            interval: Duration.seconds(10),
            healthyThresholdCount: 2,
            unhealthyThresholdCount: 3,
          },
        });
      targetGroups.set(containerPort, targetGroup);
      this.balancer.addListener(`Port${port}`, {
        port,
        protocol: Protocol.TCP,
        defaultTargetGroups: [targetGroup],
        tcpIdleTimeout: Duration.seconds(Math.min(LONGEST_IDLE_TIMEOUT, idle)),
      });
    }
    admitClients(
      this.#clients,
      allowedNetworks,
      ports.map(({ port }) => port),
    );
    for (const containerPort of [...targetGroups.keys(), healthPort]) {
      service.connections.allowFrom(this.balancer, Port.tcp(containerPort));
    }
    this.targetGroups.push(...targetGroups.values());
  }
}
