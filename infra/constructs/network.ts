// Where the listener's tasks live: public subnets, and no NAT gateway, which would cost more than everything else together. Tasks
// have public addresses to call AWS with; what reaches them is the security groups' business. Bodies and queue entries go by
// gateway endpoints, which cost nothing.

import { Validations } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  type SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export type NetworkProps = {
  /** How many availability zones. */
  readonly zones: number;
};

export class Network extends Construct {
  readonly vpc: IVpc;

  constructor(scope: Construct, id: string, { zones }: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: zones,
      natGateways: 0,
      subnetConfiguration: [{ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24 }],
      gatewayEndpoints: {
        Spool: { service: GatewayVpcEndpointAwsService.S3 },
        Tables: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      // It would take a function of the CDK's to empty the default security group, which nothing here is in.
      restrictDefaultSecurityGroup: false,
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'Flow logs cost by the gigabyte; the listener logs every connection, with its address and what became of it.',
    });
    // The CDK is not written for exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
  }
}

/** Opens these ports to clients, wherever the security group stands: before the load balancer, or before the tasks. */
export function admitClients(group: SecurityGroup, networks: readonly string[], ports: readonly number[]): void {
  for (const port of new Set(ports)) {
    for (const network of networks) group.addIngressRule(Peer.ipv4(withMask(network)), Port.tcp(port));
  }
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-EC23',
    reason: 'Clients are anywhere, and must log in; allowedNetworks narrows it down where they are not.',
  });
}

/** One address is a network, too. */
function withMask(network: string): string {
  return network.includes('/') ? network : `${network}/32`;
}
