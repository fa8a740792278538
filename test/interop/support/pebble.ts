// Pebble, Let's Encrypt's ACME server for tests (Debian's package `pebble`), on loopback, with a TLS certificate of its own and the
// name server that it is to ask. It refuses one nonce in twenty on purpose.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../../support/eventually.ts';
import { throwawayCertificate } from '../../support/throwaway-certificate.ts';

export type PebbleOptions = {
  /** `127.0.0.1:PORT`. */
  readonly dnsServer: string;
  /** Accounts must be bound to one of these: HMAC key (base64url) by kid. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** How often it uses a valid authorization again, in percent: in the place of a challenge. */
  readonly reuse?: number;
};

export type Pebble = {
  /** URL. */
  readonly directory: string;
  /** PEM: whom its HTTPS is to be trusted by, and the file with it, for NODE_EXTRA_CA_CERTS. */
  readonly ca: string;
  readonly caFile: string;
  close(): Promise<void>;
};

/** Seconds. Let's Encrypt's 90 days. */
const LIFE = 90 * 24 * 60 * 60;

/** One for all in a process: a root is found by its name, and all of these have the same. */
const { cert, key } = await throwawayCertificate();

export async function startPebble({ dnsServer, externalAccounts, reuse = 50 }: PebbleOptions): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'pebble-'));
  const caFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const configFile = join(folder, 'config.json');
  const port = await freePort();
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    certificate: caFile,
    privateKey: keyFile,
    certificateValidityPeriod: LIFE,
    ...(externalAccounts === undefined
      ? {}
      : { externalAccountBindingRequired: true, externalAccountMACKeys: externalAccounts }),
  };
  await Promise.all([
    writeFile(caFile, cert),
    writeFile(keyFile, key, { mode: 0o600 }),
    writeFile(configFile, JSON.stringify({ pebble })),
  ]);
  const child = spawn('pebble', ['-strict', '-config', configFile, '-dnsserver', dnsServer], {
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: String(reuse) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const directory = `https://localhost:${port}/dir`;
  await eventually('pebble takes connections', async () => {
    if (child.exitCode !== null) throw new Error(`pebble: ${(await output).join('')}`);
    return accepts(port);
  });
  return {
    directory,
    ca: cert,
    caFile,
    async close() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
