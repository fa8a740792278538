// The outputs of a deployed stack: how the operator's tool finds the stores. It reads and never changes. Whatever is wrong with
// the call (no such stack, no credentials, no region, no permission, another project's stack) is a PermanentFault whose message
// says what to do; AWS that does not answer is a TemporaryFault.

import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PermanentFault } from '#shared/ports/faults.ts';
import { clientOptions } from './client-options.ts';
import { toFault } from './faults.ts';

/** Milliseconds. */
const REQUEST_TIMEOUT = 10 * 1000;

export type StackOutputs = Readonly<Record<string, string | undefined>>;

/** By key. Never without `required`. */
export async function readStackOutputs(stack: string, required: readonly string[]): Promise<StackOutputs> {
  const found = await describe(stack);
  const outputs: StackOutputs = Object.fromEntries(
    (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue }): [string, string | undefined] => [
      OutputKey,
      OutputValue,
    ]),
  );
  const missing = required.filter((key) => (outputs[key] ?? '') === '');
  if (missing.length === 0) return outputs;
  throw new PermanentFault(
    `the stack ${stack} (${found?.StackStatus}) is no relay's, or not wholly deployed: it has no output ${missing.join(', ')}; ` +
      `name a relay's stack with --stack, or finish its deployment with npx cdk deploy`,
  );
}

async function describe(stack: string) {
  const client = new CloudFormationClient(clientOptions(REQUEST_TIMEOUT));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return Stacks[0];
  } catch (error) {
    const advice = error instanceof Error ? await adviceFor(error, client, stack) : undefined;
    throw advice === undefined
      ? toFault(error, `the stack ${stack} could not be described`)
      : new PermanentFault(advice, { cause: error });
  } finally {
    client.destroy();
  }
}

/** Undefined for what no operator has caused. */
async function adviceFor(
  { name, message }: Error,
  client: CloudFormationClient,
  stack: string,
): Promise<string | undefined> {
  if (name === 'ValidationError' && message.includes('does not exist')) {
    return `there is no stack ${stack} in ${await client.config.region()} of this account; check --stack, --region and AWS_PROFILE`;
  }
  if (message === 'Region is missing') return 'no AWS region is set; give --region, or set AWS_REGION';
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    return `no AWS credentials were found (${firstSentence(message)}); set AWS_PROFILE, or log in with aws sso login or aws configure`;
  }
  if (/^(ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|InvalidSignature)/.test(name)) {
    return `AWS refuses these credentials (${name}: ${firstSentence(message)}); log in anew, or choose others with AWS_PROFILE`;
  }
  if (/^(AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) {
    return `these credentials may not read the stack ${stack} (${message}); use ones that are allowed cloudformation:DescribeStacks`;
  }
  return undefined;
}

function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}
