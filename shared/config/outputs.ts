// What a deployed stack says of itself: its CloudFormation outputs. infra writes them and relayctl reads them, by these keys and
// no others. An output that says where a store is has the name of the variable that programs are told it by
// (environment.ts), in PascalCase.

import type { Variable } from './environment.ts';

/** Further ones, by key: what each holds. A stack without a hosted zone has no certificate function; a closed port has no output. */
export const OUTPUTS = {
  Hostname: 'myhostname: where clients connect to',
  LocalDomain: 'smtpd_sasl_local_domain: the realm of a login that names none',
  SubmissionPort: 'the port of STARTTLS',
  SmtpsPort: 'the port of TLS from the first byte',
  CertificateFunction: 'the name of the function that makes the certificate',
} as const;

export type Output = keyof typeof OUTPUTS;

/** `QUEUE_TABLE` → `QueueTable`. */
export function outputOf(variable: Variable): string {
  return variable
    .split('_')
    .map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`)
    .join('');
}
