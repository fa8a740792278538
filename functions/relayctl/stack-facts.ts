// What a deployed relay was started with, as its stack's outputs say it: in place of the file that a relay on this machine
// writes (relay-file.ts).

import type { Output } from '#shared/config/outputs.ts';
import type { RelayFile } from './relay-file.ts';

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
