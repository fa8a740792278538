import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { synthesise, VARIANTS } from '../support/infra/synthesise.ts';

suite("AwsSolutions' rules", () => {
  for (const [variant, options] of Object.entries(VARIANTS)) {
    test(`hold for ${variant}, but for what is acknowledged with its reason`, () => {
      assert.doesNotThrow(() => synthesise(options));
    });
  }

  const { scale } = VARIANTS;
  test('stop the synthesis at a bucket that takes requests without TLS', () => {
    const change = { ...scale, change: ({ stack }) => void new Bucket(stack, 'Canary') } satisfies Parameters<
      typeof synthesise
    >[0];
    assert.throws(() => synthesise(change), /AwsSolutions-S10/);
  });
});
