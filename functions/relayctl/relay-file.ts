// What relayctl itself looks for in a data folder, and never writes: whether it is a relay's at all, and `relay.json`, what
// the relay last started with. That fills in what an operator leaves out: the realm of a login, the host and the ports of a
// client's settings.

import { readFile, stat } from 'node:fs/promises';
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
  /** The certificate's file. */
  certificate: z.string().optional(),
});

export type RelayFile = z.infer<typeof relayFile>;

/** Opening a store makes it, so a mistyped folder must be refused before. */
export async function requireRelayData(dataDirectory: string): Promise<void> {
  await stat(join(dataDirectory, 'queue.db')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw unreadable(dataDirectory, error);
    throw new OperatorError(`${dataDirectory} holds no relay's data; name the folder of one with --data`);
  });
}

/** Undefined if the relay has not been started in this folder yet. */
export async function readRelayFile(dataDirectory: string): Promise<RelayFile | undefined> {
  const path = join(dataDirectory, 'relay.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  if (text === undefined) return undefined;
  try {
    return relayFile.parse(JSON.parse(text));
  } catch {
    throw new OperatorError(`${path} is damaged; the relay writes it anew at its next start`);
  }
}

function unreadable(path: string, { code }: NodeJS.ErrnoException): OperatorError {
  return new OperatorError(`cannot read ${path} (${code}); run relayctl as the user that runs the relay`);
}
