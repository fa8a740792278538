// What holds for every kind of deployment. Synthesis takes seconds, so each kind is synthesised once.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { schemaProblems } from '../support/infra/schema.ts';
import { type Options, synthesise, type Template, VARIANTS } from '../support/infra/synthesise.ts';

const specification = await loadAwsServiceSpec();

const STORES = {
  QueueTable: 'AWS::DynamoDB::GlobalTable',
  DirectoryTable: 'AWS::DynamoDB::GlobalTable',
  SpoolBucket: 'AWS::S3::Bucket',
  Credentials1: 'AWS::SecretsManager::Secret',
  Certificate: 'AWS::SecretsManager::Secret',
};
/** Its name stands in other people's DNS. */
const BALANCER = { LoadBalancer: 'AWS::ElasticLoadBalancingV2::LoadBalancer' };

/** CloudFormation makes a new, empty store where one of these ids changes. They are never renamed. */
const PINNED: Record<string, Readonly<Record<string, string>>> = {
  scale: { ...STORES, ...BALANCER },
  home: { ...STORES, ...BALANCER },
  'home without a load balancer': STORES,
  'everything by Amazon SES': {
    ...STORES,
    ...BALANCER,
    Credentials2: 'AWS::SecretsManager::Secret',
    IdentityExampleJp: 'AWS::SES::EmailIdentity',
    IdentityExampleCom: 'AWS::SES::EmailIdentity',
  },
  'a smarthost with passwords': { ...STORES, ...BALANCER, Relayhost: 'AWS::SecretsManager::Secret' },
};

const STATEFUL =
  /^AWS::(DynamoDB::|S3::Bucket$|SecretsManager::Secret$|SES::EmailIdentity$|ElasticLoadBalancingV2::LoadBalancer$)/;

for (const [variant, options] of Object.entries(VARIANTS)) {
  suite(variant, () => {
    let made: Template | undefined;
    const template = () => (made ??= synthesise(options));
    const stateful = () => Object.entries(template().Resources).filter(([, { Type }]) => STATEFUL.test(Type));

    test("breaks no rule of AwsSolutions or of the CDK's but those that are acknowledged with a reason", () => {
      assert.doesNotThrow(template);
    });

    test("fits AWS's resource specification", () => {
      assert.deepEqual(schemaProblems(template(), specification), []);
    });

    test('has the logical ids that it always had, where something is kept', () => {
      assert.deepEqual(Object.fromEntries(stateful().map(([id, { Type }]) => [id, Type])), PINNED[variant]);
    });

    test('leaves everything behind that keeps something', () => {
      for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of stateful()) {
        if (id in BALANCER) continue;
        assert.match(DeletionPolicy ?? '', /^Retain/, id);
        assert.match(UpdateReplacePolicy ?? '', /^Retain/, id);
      }
    });
  });
}

test('a bucket that takes requests without TLS stops the synthesis', () => {
  const change: Options['change'] = ({ stack }) => void new Bucket(stack, 'Canary');
  assert.throws(() => synthesise({ ...VARIANTS['home'], change }), /AwsSolutions-S10/);
});

suite('a template that does not fit is refused', () => {
  const bucket = (properties: Readonly<Record<string, unknown>>, more: Partial<Template> = {}): Template => ({
    Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: properties } },
    Outputs: {},
    ...more,
  });
  const canaries: [string, Template, string][] = [
    [
      'a type that does not exist',
      { ...bucket({}), Resources: { A: { Type: 'AWS::S3::Pail', Properties: {} } } },
      'A: there is no resource type AWS::S3::Pail',
    ],
    ['an unknown property', bucket({ Bucketname: 'a' }), 'Bucket: Bucketname is no property'],
    ['a property of another type', bucket({ Tags: 'a' }), 'Bucket.Tags: "a" is no list'],
    [
      'a value that is not allowed',
      bucket({ VersioningConfiguration: { Status: 'On' } }),
      'Bucket.VersioningConfiguration.Status: "On" is no Enabled, nor Suspended',
    ],
    [
      'a missing property',
      bucket({ VersioningConfiguration: {} }),
      'Bucket.VersioningConfiguration: Status is missing',
    ],
    ['a Ref without a target', bucket({ BucketName: { Ref: 'Gone' } }), 'Bucket.BucketName: there is no Gone'],
    [
      'an attribute without a target',
      bucket({ BucketName: { 'Fn::GetAtt': ['Gone', 'Arn'] } }),
      'Bucket.BucketName: there is no Gone',
    ],
    [
      'an attribute that the target lacks',
      bucket({ BucketName: { 'Fn::GetAtt': ['Bucket', 'Colour'] } }),
      'Bucket.BucketName: Bucket has no attribute Colour',
    ],
    [
      'a substitution without a target',
      bucket({ BucketName: { 'Fn::Sub': 'a-${Gone}' } }),
      'Bucket.BucketName: there is no Gone',
    ],
    [
      'an output without a target',
      bucket({}, { Outputs: { A: { Value: { Ref: 'Gone' } } } }),
      'Outputs.A.Value: there is no Gone',
    ],
  ];
  for (const [what, template, problem] of canaries) {
    test(what, () => {
      assert.deepEqual(schemaProblems(template, specification), [problem]);
    });
  }
});
