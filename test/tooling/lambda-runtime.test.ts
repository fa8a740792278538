import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { type LambdaOptions, startFunction } from '../support/aws/lambda-runtime.ts';
import { requires } from '../support/requires.ts';

async function start(t: TestContext, source: string, options: Partial<LambdaOptions> = {}) {
  const bundle = await mkdtemp(join(tmpdir(), 'op25b-lambda-'));
  t.after(() => rm(bundle, { recursive: true }));
  await writeFile(join(bundle, 'index.mjs'), source);
  const lambda = await startFunction({ bundle, ...options });
  t.after(() => lambda.close());
  return lambda;
}

suite('a bundle under the runtime client', { skip: requires({ lambdaRuntime: true }) }, () => {
  test('answers events one behind the other in one process, with the environment that it is given', async (t) => {
    const source = 'let n = 0; export const handler = async (event) => [event, ++n, process.env.A, process.env.HOME];';
    const lambda = await start(t, source, { env: { A: 'a' } });
    assert.deepEqual(await lambda.invoke({ one: 1 }), [{ one: 1 }, 1, 'a', null]);
    assert.deepEqual(await lambda.invoke('two'), ['two', 2, 'a', null]);
    assert.equal(lambda.starts, 1);
    assert.ok(lambda.initMs > 0);
  });

  test('is told how much time is left', async (t) => {
    const source = 'export const handler = async (_, context) => context.getRemainingTimeInMillis();';
    const lambda = await start(t, source, { timeout: 5 });
    const left = (await lambda.invoke({})) as number;
    assert.ok(left > 4000 && left <= 5000, String(left));
  });

  test('fails an event with the error that the handler threw, and lives on', async (t) => {
    const source = "export const handler = async (bad) => { if (bad) throw new TypeError('no'); return 'yes'; };";
    const lambda = await start(t, source);
    await assert.rejects(lambda.invoke(true), { name: 'TypeError', message: 'no' });
    assert.equal(await lambda.invoke(false), 'yes');
    assert.equal(lambda.starts, 1);
  });

  test('fails the event under way when it is killed, and the next event gets a new process', async (t) => {
    const source = "export const handler = async (wait) => wait ? new Promise(() => setInterval(() => {}, 9)) : 'yes';";
    const lambda = await start(t, source);
    const lost = assert.rejects(lambda.invoke(true), { name: 'Runtime.ExitError' });
    const before = lambda.pid;
    await lambda.kill('SIGKILL');
    await lost;
    assert.equal(await lambda.invoke(false), 'yes');
    assert.notEqual(lambda.pid, before);
    assert.equal(lambda.starts, 2);
  });

  test('is killed when it has not answered in time', async (t) => {
    const source = 'export const handler = async () => new Promise(() => setInterval(() => {}, 9));';
    const lambda = await start(t, source, { timeout: 0.2 });
    await assert.rejects(lambda.invoke({}), { name: 'Sandbox.Timedout' });
  });

  test('has as many processes as events at once, up to the limit', async (t) => {
    const source =
      'export const handler = async () => { await new Promise((r) => setTimeout(r, 50)); return process.pid; };';
    const lambda = await start(t, source, { concurrency: 2 });
    const pids = await Promise.all([1, 2, 3, 4].map((event) => lambda.invoke(event)));
    assert.equal(new Set(pids).size, 2);
    assert.equal(lambda.starts, 2);
  });

  test('fails its start with what the bundle threw', async (t) => {
    await assert.rejects(start(t, "throw new RangeError('not like this');"), /not like this/);
  });

  test('has its standard output collected, line by line', async (t) => {
    const source = "export const handler = async () => { process.stdout.write('a\\nb\\n'); return 0; };";
    const lambda = await start(t, source);
    await lambda.invoke({});
    await lambda.kill('SIGKILL');
    assert.deepEqual(lambda.lines, ['a', 'b']);
  });
});
