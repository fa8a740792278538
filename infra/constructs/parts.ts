// What is watched: the parts of a relay, as relay-stack.ts wires them.

import type { Certificate } from './certificate.ts';
import type { Deliver } from './deliver.ts';
import type { Listener } from './listener.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { Policy } from './policy.ts';
import type { LambdaProgram, ProgramsProps } from './program.ts';
import type { Qmgr } from './qmgr.ts';
import type { Stores } from './stores.ts';

export type Parts = {
  readonly stores: Stores;
  readonly policy: Policy;
  readonly loadBalancer: LoadBalancer | undefined;
  readonly listener: Listener;
  readonly deliver: Deliver;
  readonly qmgr: Qmgr;
  readonly certificate: Certificate | undefined;
};

export type Watched = {
  readonly parts: Parts;
  readonly metrics: ProgramsProps['metrics'];
  /** Whether mail goes out by this account's Amazon SES, in this region. */
  readonly sendsBySes: boolean;
};

/** Those that run in Lambda, by name. */
export function lambdaPrograms({
  policy,
  deliver,
  qmgr,
  certificate,
}: Parts): readonly (readonly [string, LambdaProgram])[] {
  const programs = { policy: policy.program, deliver: deliver.program, qmgr: qmgr.program };
  return Object.entries(certificate === undefined ? programs : { ...programs, certificate: certificate.program });
}
