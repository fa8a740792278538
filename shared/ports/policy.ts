// The decision about recipients: in this process, or one call to a Lambda function.
//
// Contract: one verdict per recipient, in order. Faults: TemporaryFault; whoever asks answers 451 4.3.5 then.

import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';

export interface Policy {
  judge(request: PolicyRequest): Promise<Verdict[]>;
}
