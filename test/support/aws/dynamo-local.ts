// AWS's own DynamoDB Local, in memory, as a process of Java: what dynalite may have misread, it has right. Telemetry is off.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import { requires } from '../requires.ts';
import { callerOf, type DynamoStandIn } from './dynamo.ts';

const EMULATOR = join(
  dirname(fileURLToPath(import.meta.resolve('amplify-dynamodb-simulator/package.json'))),
  'emulator',
);
/** Milliseconds until it answers, on a busy machine. */
const START_LIMIT = 60_000;

/** For node:test's `skip`. */
export const skipDynamoLocal = requires({ commands: ['java'] });

export async function startDynamoLocal(): Promise<DynamoStandIn> {
  const port = await freePort();
  // It leaves a file where it is started.
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-local-'));
  const java = spawn(
    'java',
    [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      `-Djava.library.path=${join(EMULATOR, 'DynamoDBLocal_lib')}`,
      '-DDDB_LOCAL_TELEMETRY=0',
      '-jar',
      join(EMULATOR, 'DynamoDBLocal.jar'),
      '-port',
      String(port),
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exit = once(java, 'exit');
  let complaint = '';
  java.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const caller = callerOf(port);
  await eventually(
    'DynamoDB Local answers',
    async () => {
      if (java.exitCode !== null) throw new Error(`DynamoDB Local ended: ${complaint}`);
      const answer = await fetch(caller.endpoint).catch(() => undefined);
      return answer !== undefined;
    },
    START_LIMIT,
  );
  return {
    caller,
    async close() {
      java.kill();
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

/** DynamoDB Local cannot take its port from the kernel itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
