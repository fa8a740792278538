import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { openHealthPort } from '#functions/listener/health.ts';
import { HEALTH_COMMAND } from '#shared/config/container.ts';

const HOST = '127.0.0.1';

async function open(t: TestContext) {
  const health = await openHealthPort(HOST, 0);
  t.after(() => health.close().catch(() => {}));
  return health;
}

const statusOf = async (port: number): Promise<number> => (await fetch(`http://${HOST}:${port}/`)).status;

/** What the container's health check says: its exit status. */
async function check(port: number): Promise<number | null> {
  const [command = '', ...args] = HEALTH_COMMAND;
  assert.equal(command, 'node');
  const child: ChildProcess = spawn(process.execPath, args, { env: { HEALTH_PORT: `${port}` } });
  const [status] = (await once(child, 'close')) as [number | null];
  return status;
}

suite('the health port', () => {
  test('says 200 while connections are taken and 503 once the listener is to end', async (t) => {
    const health = await open(t);
    assert.equal(await statusOf(health.port), 200);
    health.drain();
    assert.equal(await statusOf(health.port), 503);
  });

  test('closes though a prober holds a connection open', async (t) => {
    const health = await open(t);
    const socket = await connected(health.port);
    t.after(() => socket.destroy());
    await health.close();
    await assert.rejects(statusOf(health.port));
  });
});

test('the health check of the container passes while the listener is well, and fails when it drains or is gone', async (t) => {
  const health = await open(t);
  assert.equal(await check(health.port), 0);
  health.drain();
  assert.equal(await check(health.port), 1);
  await health.close();
  assert.equal(await check(health.port), 1);
});

async function connected(port: number) {
  const socket = connect({ host: HOST, port });
  await once(socket, 'connect');
  return socket;
}
