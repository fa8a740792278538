import { LambdaClient } from '@aws-sdk/client-lambda';
import { createPolicy } from '#functions/policy/policy.ts';
import { clientOptions } from '#shared/aws/client-options.ts';
import { createLambdaPolicy } from '#shared/aws/policy.ts';
import type { PolicyRequest } from '#shared/domain/policy/request.ts';
import { startLambda } from '../support/aws/lambda.ts';
import { policyContract } from './policy.ts';

policyContract('AWS (Lambda)', async (t, context) => {
  const { judge } = createPolicy(context);
  const lambda = await startLambda({ policy: (event) => judge(event as PolicyRequest) });
  const client = new LambdaClient(clientOptions(5000, lambda.caller));
  t.after(async () => {
    client.destroy();
    await lambda.close();
  });
  return createLambdaPolicy({ client, functionName: 'policy' });
});
