// The whole system, in the order of a message's path. The constructs say what each part is; this file says how they hang
// together and what the two profiles differ in. Nothing is looked up: a stage is all that it is made from.

import { join } from 'node:path';
import { CfnOutput, Stack, Stage as Assembly, Tags, Validations } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { Output } from '#shared/config/outputs.ts';
import { bundleProgram } from './bundle.ts';
import { Alarms } from './constructs/alarms.ts';
import { Certificate } from './constructs/certificate.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { Deliver } from './constructs/deliver.ts';
import { Listener } from './constructs/listener.ts';
import { LoadBalancer } from './constructs/load-balancer.ts';
import { Network } from './constructs/network.ts';
import { Policy } from './constructs/policy.ts';
import type { ProgramsProps } from './constructs/program.ts';
import { Qmgr } from './constructs/qmgr.ts';
import { Sending } from './constructs/sending.ts';
import { Stores } from './constructs/stores.ts';
import { isWithin, PLACEHOLDER, type Stage } from './stage.ts';

const PROFILES = {
  scale: {
    zones: 2,
    tasks: { fewest: 2, most: 10 },
    size: { cpu: 512, memory: 1024 },
    // A new account may run ten functions at a time in all; the other half is for policy, which clients wait for.
    delivers: 5,
    logRetention: RetentionDays.ONE_MONTH,
    dashboard: true,
  },
  home: {
    zones: 1,
    tasks: { fewest: 1, most: 1 },
    size: { cpu: 256, memory: 512 },
    delivers: 2,
    logRetention: RetentionDays.TWO_WEEKS,
    dashboard: false,
  },
} as const;

export class RelayStack extends Stack {
  readonly stores: Stores;
  readonly policy: Policy;
  /** Undefined where clients reach the task itself. */
  readonly loadBalancer: LoadBalancer | undefined;
  readonly listener: Listener;
  readonly sending: Sending;
  readonly deliver: Deliver;
  readonly qmgr: Qmgr;
  /** Undefined without a zone. */
  readonly certificate: Certificate | undefined;

  constructor(scope: Construct, stage: Stage) {
    super(scope, stage.stackName, {
      description: 'OP25B relay: a smarthost for mail servers whose provider blocks port 25',
      terminationProtection: stage.profile === 'scale' && stage.deletionProtection,
    });
    Tags.of(this).add('relay', stage.stackName);
    const { configuration, zone, allowedNetworks, deletionProtection } = stage;
    const { settings, services } = configuration;
    const hostname = settings.myhostname;
    const { zones, tasks, size, delivers, logRetention } = PROFILES[stage.profile];
    const out = join(Assembly.of(this)?.outdir ?? 'cdk.out', 'programs');
    const programs: ProgramsProps = {
      bundle: (name) => bundleProgram(name, configuration, out),
      logRetention,
      metrics: { namespace: stage.stackName, level: stage.profile },
    };

    const { vpc } = new Network(this, 'Network', { zones });
    const stores = new Stores(this, 'Stores', {
      deletionProtection,
      credentialSecrets: stage.credentialSecrets,
      relayhostPasswords: settings.default_transport === 'smtp' && settings.smtp_sasl_password_maps !== '',
    });
    this.stores = stores;

    this.policy = new Policy(this, 'Policy', { stores, programs });
    this.loadBalancer = stage.loadBalancer
      ? new LoadBalancer(this, 'LoadBalancer', {
          vpc,
          deletionProtection,
          allowedNetworks,
          longestSilence: Math.max(...Array.from(services.values(), ({ smtpd_timeout }) => smtpd_timeout)),
        })
      : undefined;
    this.listener = new Listener(this, 'Listener', {
      vpc,
      stores,
      policy: this.policy,
      programs,
      size,
      tasks,
      ports: stage.openPorts,
      sessionLimit: settings.smtpd_connection_limit,
      reached: reachedBy(this.loadBalancer, stage),
    });

    this.sending = new Sending(this, 'Sending', {
      enabled: settings.default_transport === 'ses',
      region: settings.ses_region,
      identities: settings.ses_identities,
      configurationSet: { name: settings.ses_configuration_set, isOurs: stage.configurationSet !== undefined },
      zone: zone === undefined ? undefined : { id: zone.id, covers: (name) => isWithin(name, zone.name) },
    });
    this.deliver = new Deliver(this, 'Deliver', {
      stores,
      sending: this.sending,
      programs,
      most: delivers,
    });
    this.qmgr = new Qmgr(this, 'Qmgr', { stores, sending: this.sending, programs });
    this.certificate =
      zone === undefined
        ? undefined
        : new Certificate(this, 'Certificate', {
            stores,
            programs,
            hostname,
            zoneId: zone.id,
            acme: {
              directory: stage.acmeDirectory,
              email: stage.acmeEmail,
              externalAccount: stage.acmeExternalAccount,
              rsa: stage.rsaCertificate,
            },
          });

    this.#watch(stage, programs);
    this.#name(hostname, stage);
    this.#print(stage);
    if (hostname === PLACEHOLDER) {
      Validations.of(this).addWarning(
        'relay:hostname',
        `nobody can connect to ${PLACEHOLDER}: name the relay with -c hostname=smtp.your.domain, or with myhostname in ` +
          'relay.yaml and -c settings=relay.yaml',
      );
    }
  }

  #watch({ configuration: { settings }, profile, alarmEmail, dashboard }: Stage, { metrics }: ProgramsProps): void {
    const sendsBySes = settings.default_transport === 'ses' && settings.ses_region === '';
    const { alarms } = new Alarms(this, 'Alarms', { parts: this, metrics, sendsBySes, email: alarmEmail });
    if (dashboard === 'yes' || (dashboard === 'profile' && PROFILES[profile].dashboard)) {
      new Dashboard(this, 'Dashboard', { parts: this, metrics, sendsBySes, alarms });
    }
  }

  /** The load balancer's name in DNS: a record of ours, or a line for whoever keeps the zone. */
  #name(hostname: string, { zone }: Stage): void {
    if (this.loadBalancer === undefined) return;
    const { balancer } = this.loadBalancer;
    if (zone === undefined) {
      new CfnOutput(this, 'RecordHostname', {
        description: 'The DNS record that clients find the relay by',
        value: `${hostname}. 300 IN CNAME ${balancer.loadBalancerDnsName}.`,
      });
    } else {
      new ARecord(this, 'Address', {
        zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: zone.id, zoneName: zone.name }),
        recordName: `${hostname}.`,
        target: RecordTarget.fromAlias(new LoadBalancerTarget(balancer)),
      });
    }
  }

  /** What relayctl --stack reads. */
  #print({ configuration: { settings }, openPorts }: Stage): void {
    this.stores.printOutputs();
    const portOf = (service: string): string | undefined =>
      openPorts.find((each) => each.service === service)?.port.toString();
    const values: Record<Output, string | undefined> = {
      Hostname: settings.myhostname,
      LocalDomain: settings.smtpd_sasl_local_domain || undefined,
      SubmissionPort: portOf('submission'),
      SmtpsPort: portOf('smtps'),
      CertificateFunction: this.certificate?.program.function.functionName,
    };
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) new CfnOutput(this, name, { value });
    }
  }
}

function reachedBy(loadBalancer: LoadBalancer | undefined, { zone, configuration, allowedNetworks }: Stage) {
  if (loadBalancer !== undefined) return { by: 'load balancer', loadBalancer } as const;
  const hostname = configuration.settings.myhostname;
  return { by: 'address', zoneId: zone?.id ?? '', hostname, allowedNetworks } as const;
}
