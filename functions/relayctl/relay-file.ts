// `relay.json` in the data folder: what the relay last started with, written by the relay and only read here.
// It fills in what an operator leaves out: the realm of a login, the host and the ports of a client's settings.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OperatorError } from './operator-error.ts';

const relayFile = z.object({
  hostname: z.string(),
  /** smtpd_sasl_local_domain. */
  localDomain: z.string(),
  /** The address that it listens on. */
  listen: z.string(),
  /** By service: `submission`, `smtps`, … */
  ports: z.record(z.string(), z.number()),
  /** Its certificate is signed by nobody that a client trusts. */
  selfSigned: z.boolean().optional(),
});

export type RelayFile = z.infer<typeof relayFile>;

/** Undefined if the relay has not been started in this folder yet. */
export async function readRelayFile(dataDirectory: string): Promise<RelayFile | undefined> {
  const path = join(dataDirectory, 'relay.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new OperatorError(`cannot read ${path} (${error.code}); run relayctl as the user that runs the relay`);
  });
  if (text === undefined) return undefined;
  try {
    return relayFile.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(`${path} is damaged; the relay writes it anew at its next start`);
  }
}
