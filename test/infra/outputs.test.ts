import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentOf, REQUIRED_OUTPUTS, startedFrom } from '#functions/relayctl/stack-facts.ts';
import { synthesise, VARIANTS } from '../support/infra/synthesise.ts';

/** As CloudFormation would say them: what it fills in is a text. */
function outputsOf(variant: string): Record<string, string> {
  const { Outputs } = synthesise(VARIANTS[variant]);
  return Object.fromEntries(
    Object.entries(Outputs).map(([key, { Value }]) => [key, typeof Value === 'string' ? Value : JSON.stringify(Value)]),
  );
}

test('a stack says in its outputs all that relayctl --stack wants', () => {
  for (const variant of ['scale', 'home without a load balancer']) {
    const outputs = outputsOf(variant);
    assert.deepEqual(
      REQUIRED_OUTPUTS.filter((key) => !Object.hasOwn(outputs, key)),
      [],
      variant,
    );
    const { hostname, ports } = startedFrom(outputs);
    assert.deepEqual([hostname, ports], ['relay.example.jp', { submission: 587, smtps: 465 }]);
    assert.match(environmentOf(outputs).QUEUE_TABLE ?? '', /QueueTable/);
    assert.equal(Object.hasOwn(outputs, 'CertificateFunction'), variant !== 'scale', variant);
  }
});
