import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';
import { bundleProgram } from '#infra/bundle.ts';
import { CONTAINER_USER, HEALTH_COMMAND, SCRATCH_FOLDER } from '#shared/config/container.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { layOut, readImage } from '../../support/image.ts';
import { SmtpClient } from '../../support/smtp-client.ts';

const DOCKERFILE = join(import.meta.dirname, '../../../functions/listener/Dockerfile');
const RELAY = { text: 'myhostname: relay.example.jp\n', file: 'relay.yaml' };
/** Milliseconds; a busy machine may want seconds. */
const START_LIMIT = 30_000;

/** Names of stores that nobody answers for: the listener must be there all the same. */
const NO_STORES = {
  AWS_REGION: 'ap-northeast-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  QUEUE_TABLE: 'queue',
  DIRECTORY_TABLE: 'directory',
  SPOOL_BUCKET: 'spool',
  DOORBELL_URL: 'http://127.0.0.1:9/000000000000/doorbell',
  CREDENTIALS_SECRETS: 'credentials',
  CERTIFICATE_SECRET: 'certificate',
  POLICY_FUNCTION: 'policy',
  METRICS_NAMESPACE: 'OP25B-Relay',
  METRICS_LEVEL: 'scale',
};

type Running = {
  readonly child: ChildProcess;
  readonly ports: Readonly<Record<string, number>>;
  readonly health: number;
  /** What it has written: a line each. */
  events(): Readonly<Record<string, unknown>>[];
  readonly ended: Promise<unknown[]>;
};

const folder = await mkdtemp(join(tmpdir(), 'op25b-relay-test-'));
after(() => rm(folder, { recursive: true, force: true }));
const context = bundleProgram('listener', loadSettings(RELAY, { hostname: 'localhost' }), folder);
await copyFile(DOCKERFILE, join(context, 'Dockerfile'));
const image = await readImage(join(context, 'Dockerfile'));
const container = await layOut(image, context, join(folder, 'root'));

function launch(command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const [program, ...args] = container.localised(command);
  const { workdir: cwd, nodeOptions: NODE_OPTIONS, identity } = container;
  return spawn(program, args, { cwd, env: { ...env, NODE_OPTIONS }, ...identity });
}

async function run(t: TestContext): Promise<Running> {
  const places = {
    SERVICES: 'submission=0,smtps=0',
    HEALTH_PORT: '0',
    LISTEN: '127.0.0.1',
    SCRATCH: container.workdir,
  };
  const child = launch(image.command, { ...NO_STORES, ...places });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let [output, complaints] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const events = () =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ready = await eventually(
    'ready',
    () => {
      if (complaints !== '') throw new Error(complaints);
      return events().find(({ event }) => event === 'ready');
    },
    START_LIMIT,
  );
  const ports = ready['ports'] as Running['ports'];
  return { child, ports, health: ready['health'] as number, events, ended };
}

async function outcome(child: ChildProcess): Promise<{ status: unknown; complaint: string }> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [status] = (await once(child, 'close')) as unknown[];
  return { status, complaint };
}

async function isHealthy({ health }: Running): Promise<boolean> {
  const { status, complaint } = await outcome(launch(HEALTH_COMMAND, { HEALTH_PORT: String(health) }));
  assert.equal(complaint, '');
  return status === 0;
}

test('the image is the bundle on Node 24, run by nobody special, and agrees with the task definition', async () => {
  assert.match(image.base, /^node:24-slim(@sha256:[0-9a-f]{64})?$/);
  assert.equal(`${image.user}`, CONTAINER_USER);
  assert.deepEqual(image.healthCheck, HEALTH_COMMAND);
  assert.deepEqual(image.volumes, [SCRATCH_FOLDER]);
  assert.equal(image.workdir, SCRATCH_FOLDER);
  const files = [...image.copied.values()].flat();
  assert.deepEqual((await readdir(context)).toSorted(), ['Dockerfile', ...files].toSorted());
});

test('what runs as the image writes to the scratch volume and nowhere else', async () => {
  const write = (path: string) => ['node', '-e', `require('fs').writeFileSync('${path}/written', '')`];
  for (const [path, status] of [
    [container.workdir, 0],
    [folder, 1],
    [tmpdir(), 1],
  ] as const) {
    const child = launch(write(path), {});
    assert.equal((await outcome(child)).status, status, path);
  }
});

suite('the image, run as its user who may write to the scratch volume alone,', () => {
  test('speaks SMTP and is healthy though no store answers; a login is told to come back', async (t) => {
    const running = await run(t);
    const client = await SmtpClient.connect(running.ports['submission'] ?? 0);
    assert.equal((await client.reply()).lines[0], '220 relay.example.jp ESMTP OP25B-Relay');
    assert.ok((await client.command('EHLO home.example.jp')).lines.includes('250-STARTTLS'));
    await client.command('STARTTLS');
    await client.startTls();
    await client.command('EHLO home.example.jp');
    const login = Buffer.from('\0home@relay.example.jp\0password').toString('base64');
    assert.equal((await client.command(`AUTH PLAIN ${login}`)).code, 454);
    client.vanish();
    assert.equal(await isHealthy(running), true);
  });

  test('takes TLS from the first byte on smtps', async (t) => {
    const { ports } = await run(t);
    const client = await SmtpClient.connectTls(ports['smtps'] ?? 0);
    assert.equal((await client.reply()).code, 220);
    client.vanish();
  });

  test('ends at SIGTERM with 421 for an idle session, its last counts, and status 0', async (t) => {
    const { child, ports, events, ended } = await run(t);
    const client = await SmtpClient.connect(ports['submission'] ?? 0);
    await client.reply();
    child.kill('SIGTERM');
    assert.match((await client.reply()).lines.join(), /^421 4\.3\.2 /);
    assert.deepEqual(await ended, [0, null]);
    const counted = events().filter((event) => '_aws' in event);
    assert.ok(counted.some((metrics) => 'Sessions' in metrics && metrics['Connections'] !== undefined));
  });
});

test('a listener whose environment lacks something does not start, and says what', async () => {
  const { QUEUE_TABLE: _, ...env } = NO_STORES;
  const places = { SERVICES: 'submission=0', HEALTH_PORT: '0', LISTEN: '127.0.0.1', SCRATCH: container.workdir };
  const { status, complaint } = await outcome(launch(image.command, { ...env, ...places }));
  assert.equal(status, 1);
  assert.match(complaint, /the environment lacks QUEUE_TABLE: the name of the table/);
});
