// What a deployed relay's outputs say: where its stores are, as its own programs are told it; and what it was started with, in place
// of the file that a relay on this machine writes (relay-file.ts).

import { VARIABLES, type Variable } from '#shared/config/environment.ts';
import { type Output, outputOf } from '#shared/config/outputs.ts';
import type { RelayFile } from './relay-file.ts';

const STORES = [
  'QUEUE_TABLE',
  'DIRECTORY_TABLE',
  'SPOOL_BUCKET',
  'DOORBELL_URL',
  'CREDENTIALS_SECRETS',
  'CERTIFICATE_SECRET',
] as const;

/** A stack without one of them is no relay's. */
export const REQUIRED_OUTPUTS = ['Hostname', ...STORES.map(outputOf)];

/** A service whose port is not among the outputs is closed. */
export function startedFrom(outputs: Readonly<Partial<Record<Output, string>>>): RelayFile {
  const { Hostname = '', LocalDomain = '', SubmissionPort = '', SmtpsPort = '' } = outputs;
  return {
    hostname: Hostname,
    localDomain: LocalDomain,
    listen: '0.0.0.0',
    ports: {
      ...(SubmissionPort === '' ? {} : { submission: Number(SubmissionPort) }),
      ...(SmtpsPort === '' ? {} : { smtps: Number(SmtpsPort) }),
    },
  };
}

/** What the stack's programs are told by their environment, as far as its outputs say it. */
export function environmentOf(
  outputs: Readonly<Record<string, string | undefined>>,
): Partial<Record<Variable, string>> {
  const variables = Object.keys(VARIABLES) as Variable[];
  return Object.fromEntries(variables.map((variable) => [variable, outputs[outputOf(variable)]]));
}
