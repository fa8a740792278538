import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { readStackOutputs } from '#shared/aws/stack-outputs.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { type CloudFormationStandIn, startCloudFormation } from '../support/aws/cloudformation.ts';

const REGION = 'ap-northeast-1';
const VARIABLES = {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};

let aws: CloudFormationStandIn;
before(async () => {
  aws = await startCloudFormation();
});
after(() => aws.close());

beforeEach(() => {
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL_CLOUDFORMATION: aws.caller.endpoint });
});

async function refusal(stack = 'relay'): Promise<Error> {
  return readStackOutputs(stack, ['QueueTable', 'Hostname']).then(
    () => assert.fail('it was not refused'),
    (error: Error) => error,
  );
}

test('the outputs of a stack are read by key', async () => {
  const outputs = { QueueTable: 'relay-Queue<1>&', Hostname: 'smtp.example.jp', Other: 'x' };
  aws.stacks.set('relay', { status: 'UPDATE_COMPLETE', outputs });
  assert.deepEqual(await readStackOutputs('relay', ['QueueTable', 'Hostname']), outputs);
});

test('a stack that is not there, or not a relay’s, is named with what to check', async () => {
  const missing = await refusal('rely');
  assert.ok(missing instanceof PermanentFault);
  assert.equal(
    missing.message,
    `there is no stack rely in ${REGION} of this account; check --stack, --region and AWS_PROFILE`,
  );
  aws.stacks.set('other', { status: 'ROLLBACK_COMPLETE', outputs: { Hostname: 'x' } });
  const foreign = await refusal('other');
  assert.ok(foreign instanceof PermanentFault);
  assert.match(foreign.message, /^the stack other \(ROLLBACK_COMPLETE\) is no relay's, .* no output QueueTable; name /);
});

test('without a region or credentials it says how to set them', async () => {
  delete process.env['AWS_REGION'];
  assert.equal((await refusal()).message, 'no AWS region is set; give --region, or set AWS_REGION');
  process.env['AWS_REGION'] = REGION;
  delete process.env['AWS_ACCESS_KEY_ID'];
  const { message } = await refusal();
  assert.match(message, /^no AWS credentials were found \(.+\); set AWS_PROFILE, or log in with aws sso login /);
});

test('credentials that AWS refuses are told from a permission that is missing', async () => {
  const cases: [code: string, message: RegExp][] = [
    ['ExpiredToken', /^AWS refuses these credentials \(ExpiredToken: too bad\); log in anew/],
    ['InvalidClientTokenId', /^AWS refuses these credentials \(InvalidClientTokenId: too bad\); log in anew/],
    [
      'AccessDenied',
      /^these credentials may not read the stack relay \(too bad\.\); .* cloudformation:DescribeStacks$/,
    ],
  ];
  for (const [code, message] of cases) {
    aws.refuse({ status: 403, code, message: 'too bad.' });
    const fault = await refusal();
    assert.ok(fault instanceof PermanentFault, code);
    assert.match(fault.message, message);
  }
});

test('an AWS that does not answer is a temporary fault', async () => {
  const trouble = { status: 503, code: 'ServiceUnavailable', message: 'later' };
  aws.refuse(trouble, trouble, trouble);
  const fault = await refusal();
  assert.ok(fault instanceof TemporaryFault);
  assert.match(fault.message, /^the stack relay could not be described: /);
});
