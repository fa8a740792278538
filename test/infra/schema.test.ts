import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { schemaProblems } from '../support/infra/schema.ts';
import { synthesise, type Template, VARIANTS } from '../support/infra/synthesise.ts';

const specification = await loadAwsServiceSpec();

suite("the template fits AWS's resource specification", () => {
  for (const [variant, options] of Object.entries(VARIANTS)) {
    test(variant, () => {
      assert.deepEqual(schemaProblems(synthesise(options), specification), []);
    });
  }
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
