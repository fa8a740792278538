// The stack without the CDK's own rules, whose engine takes longer to load than everything else: for tests that are about
// something else. test/infra/nag.test.ts runs them.

import { type Options, synthesise, type Template } from './synthesise.ts';

export function synthesiseUnchecked(options: Options = {}): Template {
  return synthesise({
    ...options,
    context: { ...options.context, '@aws-cdk/core:validateAgainstDefaultRules': false },
  });
}
