import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { synthesise, VARIANTS } from '../support/infra/synthesise.ts';

/** CloudFormation makes a new, empty store where one of these ids changes. They are never renamed. */
const PINNED = {
  QueueTable: 'AWS::DynamoDB::GlobalTable',
  DirectoryTable: 'AWS::DynamoDB::GlobalTable',
  SpoolBucket: 'AWS::S3::Bucket',
  Credentials1: 'AWS::SecretsManager::Secret',
  Certificate: 'AWS::SecretsManager::Secret',
};

/** Types of which nothing may be lost, and the load balancer, whose name stands in other people's DNS. */
const STATEFUL =
  /^AWS::(DynamoDB::|S3::Bucket$|SecretsManager::Secret$|SES::EmailIdentity$|ElasticLoadBalancingV2::LoadBalancer$)/;

const EXPECTED: Record<string, Readonly<Record<string, string>>> = {
  scale: { ...PINNED, LoadBalancer: 'AWS::ElasticLoadBalancingV2::LoadBalancer' },
  home: { ...PINNED, LoadBalancer: 'AWS::ElasticLoadBalancingV2::LoadBalancer' },
  'home without a load balancer': PINNED,
  'everything by Amazon SES': {
    ...PINNED,
    LoadBalancer: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Credentials2: 'AWS::SecretsManager::Secret',
    IdentityExampleJp: 'AWS::SES::EmailIdentity',
    IdentityExampleCom: 'AWS::SES::EmailIdentity',
  },
  'a smarthost with passwords': {
    ...PINNED,
    LoadBalancer: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Relayhost: 'AWS::SecretsManager::Secret',
  },
};

for (const [variant, options] of Object.entries(VARIANTS)) {
  suite(`what keeps state in ${variant}`, () => {
    const { Resources } = synthesise(options);
    const stateful = Object.entries(Resources).filter(([, { Type }]) => STATEFUL.test(Type));

    test('has the logical ids that it always had', () => {
      const ids = Object.fromEntries(stateful.map(([id, { Type }]) => [id, Type]));
      assert.deepEqual(ids, EXPECTED[variant]);
    });

    test('outlives the stack', () => {
      for (const [id, { Type, DeletionPolicy, UpdateReplacePolicy }] of stateful) {
        if (Type.endsWith('LoadBalancer')) continue;
        assert.match(DeletionPolicy ?? '', /^Retain/, id);
        assert.match(UpdateReplacePolicy ?? '', /^Retain/, id);
      }
    });
  });
}
