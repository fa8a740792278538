// What a deployed relay was started with, as its stack's outputs say it: in place of the file that a relay on this machine
// writes (relay-file.ts).

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
export const REQUIRED_OUTPUTS = ['Hostname', 'LocalDomain', ...STORES.map(outputOf)];

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
