// The certificate program in Lambda: EventBridge Scheduler calls it every hour, and an operator with `{"force": true}` for a new
// certificate at once. A renewal that fails fails the call only for the operator: the hourly run is its own retry, and Lambda's
// retries, a minute apart, would use up what failures an authority allows.

import { connectCertificates, connectExternalAccount, connectZone } from '#shared/aws/connect.ts';
import { startProgram } from '#shared/aws/program.ts';
import { readEnvironment, readOptional } from '#shared/config/environment.ts';
import { createAcmeAuthority } from './acme.ts';
import { createCertificate } from './certificate.ts';
import { parseKeyKinds } from './key.ts';

const { settings, log, meter } = startProgram(process.env, import.meta.dirname);
const { ACME_DIRECTORY: directory } = readEnvironment(process.env, ['ACME_DIRECTORY']);

const certificate = createCertificate({
  certificates: connectCertificates(process.env),
  authority: createAcmeAuthority({
    directory,
    email: readOptional(process.env, 'ACME_EMAIL'),
    externalAccount: connectExternalAccount(process.env),
  }),
  zone: connectZone(process.env),
  names: [settings.myhostname],
  keys: parseKeyKinds(readOptional(process.env, 'CERTIFICATE_KEYS') ?? 'ecdsa'),
  now: Date.now,
  log,
});

/** What came of it, in a sentence. */
export async function handler({ force = false }: { readonly force?: boolean }): Promise<string> {
  try {
    const { renewed, daysLeft, problem } = await certificate.run(force);
    if (force && problem !== undefined) throw new Error(problem);
    const what = renewed ? 'a new certificate is in place' : 'the certificate was left as it is';
    return `${what}: ${daysLeft} days left`;
  } finally {
    meter.flush();
  }
}
