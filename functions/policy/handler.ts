// The policy program in Lambda: the event is the request, the answer its verdicts. Nobody but the listener calls it. What it does
// not expect, such as a directory that does not answer, is thrown, and the listener answers 451.

import { deployedConfiguration } from '#shared/aws/configuration.ts';
import { connectDirectory } from '#shared/aws/connect.ts';
import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import { createPolicy } from './policy.ts';

const policy = createPolicy({
  directory: connectDirectory(process.env, Date.now),
  services: deployedConfiguration(import.meta.dirname).services,
});

export function handler(request: PolicyRequest): Promise<Verdict[]> {
  return policy.judge(request);
}
