import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at, only, resourcesOf, synthesise, type Template, VARIANTS } from '../support/infra/synthesise.ts';

const scale = synthesise(VARIANTS['scale']);
const withoutBalancer = synthesise(VARIANTS['home without a load balancer']);
const everything = synthesise(VARIANTS['everything by Amazon SES']);

const FUNCTION = 'AWS::Lambda::Function';
const container = (template: Template) => ({
  Properties: (at(only(template, 'AWS::ECS::TaskDefinition'), 'ContainerDefinitions') as unknown[])[0],
});
const variablesOf = (template: Template): Readonly<Record<string, unknown>> => {
  const variables = at(container(template), 'Environment') as { readonly Name: string; readonly Value: unknown }[];
  return Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]));
};
const attributesOf = (resource: { readonly Properties: unknown }, path: string): Readonly<Record<string, string>> => {
  const pairs = at(resource, path) as { readonly Key: string; readonly Value: string }[];
  return Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value]));
};

suite('what must outlast what', () => {
  test('a deliver ends before its lease on an entry does, and that before its ring is shown to another', () => {
    const deliver = only(scale, FUNCTION, 'Deliver');
    const timeout = Number(at(deliver, 'Timeout'));
    const lease = Number(at(deliver, 'Environment.Variables.DELIVER_LEASE'));
    const visibility = Number(at(only(scale, 'AWS::SQS::Queue', 'StoresDoorbell'), 'VisibilityTimeout'));
    assert.ok(timeout < lease, `${timeout} < ${lease}`);
    assert.ok(lease < visibility, `${lease} < ${visibility}`);
  });

  test('the load balancer keeps a silent connection for longer than the listener', () => {
    const settings = 'smtpd_timeout: 10m\nservices:\n  smtps:\n    smtpd_timeout: 20m\n';
    const slow = synthesise({ ...VARIANTS['scale'], settings });
    for (const [template, silence] of [
      [scale, 300],
      [slow, 1200],
    ] as const) {
      const listeners = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::Listener');
      assert.equal(listeners.length, 2);
      for (const [id, listener] of listeners) {
        const idle = Number(attributesOf(listener, 'ListenerAttributes')['tcp.idle_timeout.seconds']);
        assert.ok(idle > silence, `${id}: ${idle} > ${silence}`);
      }
    }
  });

  test('a task that stops, and a target that leaves, have longer than smtpd_stop_timeout for messages in transit', () => {
    const stop = Number(at(container(scale), 'StopTimeout'));
    assert.ok(stop > 30, String(stop));
    for (const [, group] of resourcesOf(scale, 'AWS::ElasticLoadBalancingV2::TargetGroup')) {
      const attributes = attributesOf(group, 'TargetGroupAttributes');
      assert.ok(Number(attributes['deregistration_delay.timeout_seconds']) >= stop);
      assert.equal(attributes['deregistration_delay.connection_termination.enabled'], 'false');
    }
  });
});

suite('the network', () => {
  test('has no NAT gateway, and gateway endpoints for bodies and entries', () => {
    assert.deepEqual(resourcesOf(scale, 'AWS::EC2::NatGateway'), []);
    const kinds = resourcesOf(scale, 'AWS::EC2::VPCEndpoint').map(([, endpoint]) => at(endpoint, 'VpcEndpointType'));
    assert.deepEqual(kinds, ['Gateway', 'Gateway']);
  });

  test('spans two zones for scale and one for home', () => {
    assert.equal(resourcesOf(scale, 'AWS::EC2::Subnet').length, 2);
    assert.equal(resourcesOf(withoutBalancer, 'AWS::EC2::Subnet').length, 1);
  });

  test('admits the allowed networks to the open ports, and nobody else', () => {
    const clients = at(only(everything, 'AWS::EC2::SecurityGroup', 'LoadBalancer'), 'SecurityGroupIngress') as {
      readonly CidrIp: string;
      readonly FromPort: number;
      readonly ToPort: number;
    }[];
    const admitted = clients.map(({ CidrIp, FromPort, ToPort }) => `${CidrIp} ${FromPort}-${ToPort}`);
    const expected = [587, 465, 25, 2525].flatMap((port) =>
      ['192.0.2.0/24', '198.51.100.7/32'].map((network) => `${network} ${port}-${port}`),
    );
    assert.deepEqual(admitted.toSorted(), expected.toSorted());
    assert.equal(at(only(everything, 'AWS::EC2::SecurityGroup', 'Listener'), 'SecurityGroupIngress'), undefined);
  });

  test('admits one address as the network of it', () => {
    const one = synthesise({
      context: { ...VARIANTS['home']?.context, allowedNetworks: '192.0.2.1', ports: 'smtp=25' },
    });
    const rules = at(only(one, 'AWS::EC2::SecurityGroup', 'LoadBalancer'), 'SecurityGroupIngress') as object[];
    assert.deepEqual(
      rules.map((rule) => at({ Properties: rule }, 'CidrIp')),
      ['192.0.2.1/32'],
    );
  });

  test('reaches the tasks from the load balancer alone, on their services and for health', () => {
    const ingress = resourcesOf(everything, 'AWS::EC2::SecurityGroupIngress').map(([, rule]) => rule);
    assert.deepEqual(ingress.map((rule) => String(at(rule, 'FromPort'))).toSorted(), ['1025', '1465', '1587', '8080']);
    for (const rule of ingress) assert.notEqual(at(rule, 'SourceSecurityGroupId'), undefined);
  });
});

suite('the listener', () => {
  test('is not root, writes to its scratch folder alone, and runs on ARM', () => {
    for (const template of [scale, withoutBalancer]) {
      const its = container(template);
      assert.equal(at(its, 'User'), '1000');
      assert.equal(at(its, 'ReadonlyRootFilesystem'), true);
      const mounts = at(its, 'MountPoints') as { readonly ContainerPath: string; readonly ReadOnly: boolean }[];
      assert.deepEqual(
        mounts.map(({ ContainerPath, ReadOnly }) => [ContainerPath, ReadOnly]),
        [[variablesOf(template)['SCRATCH'], false]],
      );
      assert.equal(at(only(template, 'AWS::ECS::TaskDefinition'), 'RuntimePlatform.CpuArchitecture'), 'ARM64');
    }
  });

  test("is reached through the load balancer, which keeps clients' addresses", () => {
    const ports = resourcesOf(everything, 'AWS::ElasticLoadBalancingV2::Listener').map(
      ([, listener]) => `${String(at(listener, 'Protocol'))} ${String(at(listener, 'Port'))}`,
    );
    assert.deepEqual(ports.toSorted(), ['TCP 25', 'TCP 2525', 'TCP 465', 'TCP 587']);
    assert.equal(variablesOf(everything)['SERVICES'], 'submission=1587,smtps=1465,smtp=1025');
    const groups = resourcesOf(everything, 'AWS::ElasticLoadBalancingV2::TargetGroup');
    assert.equal(groups.length, 3);
    for (const [, group] of groups) {
      assert.equal(attributesOf(group, 'TargetGroupAttributes')['preserve_client_ip.enabled'], 'true');
      assert.equal(at(group, 'HealthCheckPort'), variablesOf(everything)['HEALTH_PORT']);
    }
  });

  test('is there before the service that is registered with it', () => {
    const service = only(scale, 'AWS::ECS::Service');
    const listeners = resourcesOf(scale, 'AWS::ElasticLoadBalancingV2::Listener').map(([id]) => id);
    for (const id of listeners) assert.ok(service.DependsOn?.includes(id), id);
  });

  test('has its way to AWS before it starts and for as long as it runs', () => {
    for (const template of [scale, withoutBalancer]) {
      const service = only(template, 'AWS::ECS::Service');
      const routes = resourcesOf(template, 'AWS::EC2::Route').map(([id]) => id);
      assert.ok(routes.length > 0);
      for (const id of routes) assert.ok(service.DependsOn?.includes(id), id);
    }
  });

  test('without a load balancer listens on the ports themselves, and may put its address into the zone', () => {
    assert.deepEqual(resourcesOf(withoutBalancer, 'AWS::ElasticLoadBalancingV2::LoadBalancer'), []);
    assert.equal(variablesOf(withoutBalancer)['SERVICES'], 'submission=587,smtps=465');
    assert.equal(variablesOf(withoutBalancer)['HOSTED_ZONE'], 'Z0123456789ABCDEFGHIJ');
    const namespaces = at(container(withoutBalancer), 'SystemControls') as readonly unknown[];
    assert.deepEqual(namespaces, [{ Namespace: 'net.ipv4.ip_unprivileged_port_start', Value: '0' }]);
    const policy = JSON.stringify(only(withoutBalancer, 'AWS::IAM::Policy', 'ListenerTaskTaskRole').Properties);
    assert.match(policy, /"route53:ChangeResourceRecordSetsNormalizedRecordNames":\["?relay\.example\.jp"/);
  });

  test('is replaced task by task, and goes back where the new one does not become healthy', () => {
    const deployment = at(only(scale, 'AWS::ECS::Service'), 'DeploymentConfiguration');
    assert.deepEqual(deployment, {
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MaximumPercent: 200,
      MinimumHealthyPercent: 100,
    });
  });

  test('scales from two tasks to ten by processor and sessions, and at home is one', () => {
    const target = only(scale, 'AWS::ApplicationAutoScaling::ScalableTarget');
    assert.deepEqual([at(target, 'MinCapacity'), at(target, 'MaxCapacity')], [2, 10]);
    assert.equal(resourcesOf(scale, 'AWS::ApplicationAutoScaling::ScalingPolicy').length, 2);
    assert.equal(at(only(withoutBalancer, 'AWS::ECS::Service'), 'DesiredCount'), 1);
    assert.deepEqual(resourcesOf(withoutBalancer, 'AWS::ApplicationAutoScaling::ScalableTarget'), []);
  });
});

suite('the stores', () => {
  test('show nothing to the public and take no request without TLS', () => {
    assert.deepEqual(at(only(scale, 'AWS::S3::Bucket'), 'PublicAccessBlockConfiguration'), {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const policies = [...resourcesOf(scale, 'AWS::S3::BucketPolicy'), ...resourcesOf(scale, 'AWS::SQS::QueuePolicy')];
    for (const [id, policy] of policies) assert.match(JSON.stringify(policy), /"aws:SecureTransport":"false"/, id);
    assert.equal(policies.length, 1 + resourcesOf(scale, 'AWS::SQS::Queue').length);
  });

  test('expire no body', () => {
    const rules = at(only(scale, 'AWS::S3::Bucket'), 'LifecycleConfiguration.Rules') as readonly object[];
    assert.deepEqual(rules, [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }]);
  });

  test('can be restored to a point in time, and refuse to be deleted until that is chosen', () => {
    const replicas = (template: Template) =>
      resourcesOf(template, 'AWS::DynamoDB::GlobalTable').flatMap(([, table]) => at(table, 'Replicas') as object[]);
    let isStackProtected: boolean | undefined;
    const unprotected = synthesise({
      context: { ...VARIANTS['scale']?.context, deletionProtection: 'no' },
      change: ({ stack }) => (isStackProtected = stack.terminationProtection),
    });
    // Or each deployment would put the stack's own protection back.
    assert.equal(isStackProtected, false);
    for (const [template, protectedness] of [
      [scale, true],
      [unprotected, false],
    ] as const) {
      for (const replica of replicas(template)) {
        assert.deepEqual(at({ Properties: replica }, 'DeletionProtectionEnabled'), protectedness);
        assert.deepEqual(
          at({ Properties: replica }, 'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled'),
          true,
        );
      }
    }
  });

  test('hold secrets to which no template gives a value', () => {
    for (const [id, { Properties }] of resourcesOf(everything, 'AWS::SecretsManager::Secret')) {
      assert.deepEqual(Object.keys(Properties).toSorted(), ['Description', 'Tags'], id);
    }
  });
});

suite('the programs', () => {
  test('run on Node 24, ARM, outside the network, and keep their logs for a while', () => {
    const functions = resourcesOf(everything, FUNCTION);
    assert.equal(functions.length, 4);
    for (const [id, each] of functions) {
      assert.equal(at(each, 'Runtime'), 'nodejs24.x', id);
      assert.deepEqual(at(each, 'Architectures'), ['arm64'], id);
      assert.equal(at(each, 'VpcConfig'), undefined, id);
      assert.equal(at(each, 'LoggingConfig.SystemLogLevel'), 'WARN', id);
    }
    for (const [id, group] of resourcesOf(everything, 'AWS::Logs::LogGroup')) {
      assert.equal(at(group, 'RetentionInDays'), 30, id);
    }
  });

  test('leave each other room where an account may run ten functions at a time', () => {
    const rings = only(scale, 'AWS::Lambda::EventSourceMapping');
    assert.ok(Number(at(rings, 'ScalingConfig.MaximumConcurrency')) <= 5);
    for (const [id, each] of resourcesOf(everything, FUNCTION)) {
      assert.equal(at(each, 'ReservedConcurrentExecutions'), undefined, id);
    }
  });

  test('that a clock starts are told the time that was meant', () => {
    const schedules = resourcesOf(everything, 'AWS::Scheduler::Schedule');
    assert.equal(schedules.length, 2);
    for (const [id, each] of schedules) {
      const input = JSON.parse(String(at(each, 'Target.Input'))) as unknown;
      assert.deepEqual(input, { time: '<aws.scheduler.scheduled-time>' }, id);
    }
  });

  test('are granted no wildcard but where no name is possible', () => {
    const wild = resourcesOf(everything, 'AWS::IAM::Policy').flatMap(([, policy]) =>
      (
        at(policy, 'PolicyDocument.Statement') as { readonly Action: string | string[]; readonly Resource: unknown }[]
      ).flatMap(({ Action, Resource }) =>
        [Resource].flat().some((each) => /\*/.test(JSON.stringify(each))) ? [Action].flat() : [],
      ),
    );
    assert.deepEqual([...new Set(wild)].toSorted(), [
      'ecr:GetAuthorizationToken',
      'route53:GetChange',
      's3:DeleteObject',
      's3:GetObject',
      's3:PutObject',
      'ses:GetAccount',
      'ses:SendRawEmail',
    ]);
  });

  test('are told where the passwords for relayhost are, where there are some', () => {
    const smarthost = synthesise(VARIANTS['a smarthost with passwords']);
    const deliver = only(smarthost, FUNCTION, 'Deliver');
    assert.deepEqual(at(deliver, 'Environment.Variables.RELAYHOST_SECRET'), { Ref: 'Relayhost' });
    assert.doesNotMatch(JSON.stringify(smarthost.Resources), /"ses:/);
  });
});

suite('names', () => {
  test('of identities that the zone covers are records in it, and those of others are printed', () => {
    const records = resourcesOf(everything, 'AWS::Route53::RecordSet').map(([, record]) => String(at(record, 'Type')));
    assert.deepEqual(records.toSorted(), ['A', 'CNAME', 'CNAME', 'CNAME', 'MX', 'TXT']);
    const printed = Object.keys(everything.Outputs).filter((name) => name.startsWith('Record'));
    assert.deepEqual(
      printed.toSorted(),
      [1, 2, 3, 4, 5].map((i) => `RecordExampleCom${i}`),
    );
  });

  test('are whole in what is printed, as a zone file wants them', () => {
    const printed = Object.entries(everything.Outputs).filter(([name]) => name.startsWith('Record'));
    for (const [name, { Value }] of printed) {
      const line = [at({ Properties: { Value } }, 'Value.Fn::Join.1') ?? Value]
        .flat()
        .map((part) => (typeof part === 'string' ? part : 'name'));
      assert.match(line.join(''), /^[^ ]+\. 1800 IN (CNAME [^ ]+\.|MX 10 [^ ]+\.|TXT ".*")$/, name);
    }
    assert.equal(printed.length, 5);
  });

  test('and identities outlive the stack, and need nothing of it that does not', () => {
    const kept = [
      ...resourcesOf(everything, 'AWS::SES::EmailIdentity'),
      ...resourcesOf(everything, 'AWS::Route53::RecordSet').filter(([, record]) => at(record, 'Type') !== 'A'),
    ];
    assert.equal(kept.length, 7);
    for (const [id, resource] of kept) {
      assert.equal(resource.DeletionPolicy, 'RetainExceptOnCreate', id);
      // SES sends nothing for an identity whose default set was deleted.
      assert.equal(at(resource, 'ConfigurationSetAttributes'), undefined, id);
    }
  });

  test('of the relay is printed where no zone is given', () => {
    assert.match(JSON.stringify(scale.Outputs['RecordHostname']), /relay\.example\.jp\. 300 IN CNAME/);
  });
});
