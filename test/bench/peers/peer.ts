// A server that the listener's benchmark measures, and how one is started: on the first core, with its output in a log beside its
// folder, until both its ports greet. A server that does not come up fails the run with the end of that log.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Service = 'smtp' | 'smtps';
export type Ports = Readonly<Record<Service, number>>;

export type Peer = {
  /** The CPU of this process and of all that descend from it counts. */
  readonly pid: number;
  readonly ports: Ports;
  stop(): Promise<void>;
};

/** What every peer is given. */
export type Place = {
  /** Its own, for its settings and its spool. */
  readonly folder: string;
  /** certificate.pem and key.pem. */
  readonly tls: string;
  /** Where `prepare.ts` has put the peers' programs. */
  readonly programs: string;
};

/** The core of the servers, and that of the load. */
export const SERVER_CORE = ['taskset', '-c', '0'];
export const LOAD_CORE = ['taskset', '-c', '1'];

/** Two ports that were free a moment ago. */
export async function freePorts(): Promise<Ports> {
  const servers = [createServer(), createServer()];
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [smtp = 0, smtps = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await once(server.close(), 'close');
  return { smtp, smtps };
}

/** `command` must not fork into the background. */
export async function startPeer(
  command: readonly string[],
  { folder, ports, env = {} }: { folder: string; ports: Ports; env?: Readonly<Record<string, string>> },
): Promise<Peer> {
  const log = await open(`${folder}.log`, 'w');
  const [program = '', ...args] = [...SERVER_CORE, ...command];
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  for (const port of Object.values(ports)) {
    for (let tries = 0; !(await opens(port)); tries++) {
      if (tries < 150 && child.exitCode === null) continue;
      if (child.exitCode === null) await stop();
      throw new Error(`${command.join(' ')} did not start: ${(await readFile(`${folder}.log`, 'utf8')).slice(-2000)}`);
    }
  }
  return { pid: child.pid ?? 0, ports, stop };
}

async function opens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const open = await once(socket, 'connect').then(
    () => true,
    () => delay(100, false),
  );
  socket.destroy();
  return open;
}

/** A settings file's text with the ports and the folders of this run. */
export function filledIn(text: string, { smtp, smtps }: Ports, tls: string): string {
  return text.replaceAll('__SMTPS__', String(smtps)).replaceAll('__SMTP__', String(smtp)).replaceAll('__TLS__', tls);
}
