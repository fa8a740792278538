// The policy program: one call for a burst of recipients, one verdict for each. The listener calls it and waits
// POLICY_TIMEOUT; a call that failed or was late is 451 4.3.5 to the client, so nothing here calls again.

import { Construct } from 'constructs';
import { POLICY_TIMEOUT } from '#shared/config/timing.ts';
import { allow, LambdaProgram, type Program, type ProgramsProps } from './program.ts';
import type { Stores } from './stores.ts';

export type PolicyProps = { readonly stores: Stores; readonly programs: ProgramsProps };

export class Policy extends Construct {
  readonly program: LambdaProgram;

  constructor(scope: Construct, id: string, { stores, programs }: PolicyProps) {
    super(scope, id);
    this.program = new LambdaProgram(this, 'Program', {
      ...programs,
      name: 'policy',
      description: 'Says which recipients may be mailed',
      // A cold start is bound by the processor, which comes with memory.
      memory: 512,
      timeout: POLICY_TIMEOUT,
    });
    stores.grantDirectory(this.program);
  }

  grantAsk(program: Program): void {
    allow(program, ['lambda:InvokeFunction'], [this.program.function.functionArn]);
    program.tell('POLICY_FUNCTION', this.program.function.functionName);
  }
}
