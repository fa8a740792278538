// Makes the programs of a deployment make every call of AWS that they can: their bundles run in the environment that the synthesised
// template gives them, with stand-ins for its resources. What was called is told in the template's own words, a resource by its
// logical id.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Configuration } from '#shared/config/load-settings.ts';
import { DELIVER_TIMEOUT } from '#shared/config/timing.ts';
import type { ProgramName } from '#infra/bundle.ts';
import { startAcme } from '../acme-stand-in.ts';
import { eventually } from '../eventually.ts';
import { programsOf, resolve } from '../infra/deployed-programs.ts';
import { type Options, resourcesOf, type Template } from '../infra/synthesise.ts';
import { synthesiseUnchecked } from '../infra/unchecked.ts';
import { logIn, sendMessage } from '../smtp-client.ts';
import { startSink } from '../smtp-sink.ts';
import { throwawayCertificate } from '../throwaway-certificate.ts';
import { A_DAY_LATER } from './deployed-relay.ts';
import { type Deployment, type Environment, startDeployment } from './deployment.ts';
import { type Handler, startHandler } from './handler-process.ts';
import { scheduledEvent, sqsRecord } from './lambda-events.ts';
import { type ListenerProcess, startListener } from './listener-process.ts';
import type { Call } from './recorder.ts';

export type EveryCall = { readonly template: Template; readonly calls: readonly Call[] };

/** The configuration set that the stand-in for Amazon SES knows. */
const STACK = 'relay';
/** The secret of an external account, as an operator may give it: its ARN without the six characters at the end. */
const BINDING = 'arn:aws:secretsmanager:ap-northeast-1:000000000000:secret:binding';
const LIMIT = 30_000;

const ACCOUNT = { login: 'aaa@relay.example.jp', password: 'secret-a' };
const SENDER = 'aaa@example.jp';
const CONTENT = Buffer.from('Subject: hello\r\nFrom: aaa@example.jp\r\n\r\nhello\r\n');
/** More than the listener keeps in memory. */
const LARGE = Buffer.concat([CONTENT, Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(2000))]);
const ONE = ['someone@example.net'];
/** Three entries. */
const MANY = Array.from({ length: 120 }, (_, i) => `recipient-${i}@example.net`);

type Programs = {
  readonly deployment: Deployment;
  readonly listener: ListenerProcess;
  /** In the zone. */
  readonly takesItsName: boolean;
  readonly deliver: Handler;
  readonly qmgr: Handler;
  /** Undefined where the template has none. */
  readonly certificate: Handler | undefined;
};

export async function everyCall(t: TestContext, options: Options): Promise<EveryCall> {
  const sink = await startSink({ tls: await throwawayCertificate(), extensions: ['STARTTLS', 'AUTH PLAIN'] });
  t.after(() => sink.close());
  const acme = await startAcme();
  t.after(() => acme.close());
  const { template, configuration } = synthesiseFor(options, `[127.0.0.1]:${sink.port}`);
  const credentialSecrets = resourcesOf(template, 'AWS::SecretsManager::Secret').filter(([id]) =>
    id.startsWith('Credentials'),
  ).length;
  const deployment = await startDeployment(t, {
    configuration,
    credentialSecrets,
    functions: { policy: (request) => policy.invoke(request) },
  });
  const names = namesOf(template, deployment, `[127.0.0.1]:${sink.port} user:password\n`);
  await deployment.addAccount(ACCOUNT, [SENDER]);

  const programs = new Map(programsOf(template).map((program) => [program.name, program]));
  function told(name: ProgramName): Environment {
    const environment = Object.entries(programs.get(name)?.environment ?? {});
    const valueOf = (value: unknown) => resolve(value, (id) => names.get(id) ?? id);
    const variables = environment.map(([variable, value]): [string, string] => [variable, valueOf(value)]);
    return { ...deployment.callerOf(name), ...Object.fromEntries(variables) };
  }
  async function start(name: ProgramName, more: Environment = {}): Promise<Handler> {
    const env = { ...told(name), ...more };
    return startHandler(t, { bundle: deployment.bundle(name), env, timeout: DELIVER_TIMEOUT });
  }
  const policy = await start('policy');
  const deliver = await start('deliver');
  const qmgr = await start('qmgr', { NODE_OPTIONS: A_DAY_LATER });
  const certificate = programs.has('certificate')
    ? await start('certificate', { ACME_DIRECTORY: acme.directory })
    : undefined;
  const { SERVICES: _, HEALTH_PORT: __, SCRATCH: ___, ...env } = told('listener');
  const listener = await startListener(t, {
    bundle: deployment.bundle('listener'),
    env: { ...env, ADDRESS_URL: await startAddressService(t) },
  });

  await run({ deployment, listener, takesItsName: 'HOSTED_ZONE' in env, deliver, qmgr, certificate });
  return { template, calls: deployment.calls().map((call) => inWordsOf(names, call)) };
}

/** `relayhost`: where the sink is. */
function synthesiseFor({ context, settings }: Options, relayhost: string) {
  let configuration: Configuration | undefined;
  const template = synthesiseUnchecked({
    context: {
      ...context,
      stackName: STACK,
      ...(context?.['acmeExternalAccount'] === undefined ? {} : { acmeExternalAccount: BINDING }),
    },
    ...(settings === undefined ? {} : { settings: settings.replace('[smtp.example.com]:submission', relayhost) }),
    change: ({ stage }) => (configuration = stage.configuration),
  });
  if (configuration === undefined) throw new Error('nothing was synthesised');
  return { template, configuration };
}

async function run({ deployment, listener, takesItsName, deliver, qmgr, certificate }: Programs): Promise<void> {
  const { stores, aws } = deployment;
  // It waits for the zone meanwhile.
  const renewal = certificate?.invoke({ force: true });
  // Counted, and written when it ends.
  await logIn(listener.ports['submission'] ?? 0, { ...ACCOUNT, password: 'wrong' }).then(
    () => Promise.reject(new Error('a wrong password was taken')),
    () => undefined,
  );
  const client = await logIn(listener.ports['submission'] ?? 0, ACCOUNT);
  const send = async (to: readonly string[], content: Buffer): Promise<number> =>
    (await sendMessage(client, { from: SENDER, to, content })).code;
  const expect = (code: number, wanted: number): void => {
    if (code !== wanted) throw new Error(`${code} in the place of ${wanted}: ${listener.lines.join('\n')}`);
  };

  expect(await send(MANY, LARGE), 250);
  // An answer is lost, and the entry is found to be there.
  aws.DYNAMODB.breakOff('listener', 'PutItem', 'behind');
  expect(await send(ONE, CONTENT), 250);
  // An entry cannot be stored, and what was is taken back.
  aws.DYNAMODB.breakOff('listener', 'PutItem', 'before', 3);
  expect(await send(ONE, CONTENT), 451);
  client.vanish();

  // A body that nobody names.
  const orphan = stores.spool.create('ORPHAN');
  await orphan.write(CONTENT);
  await orphan.seal();
  await qmgr.invoke(scheduledEvent('2026-11-24T12:00:00Z'));

  const rings = await stores.rings();
  const Records = rings.map((body, i) => sqsRecord({ messageId: `${i}`, body }));
  await deliver.invoke({ Records });
  const left = await stores.queue.list();
  if (left.length > 0) throw new Error(`not delivered: ${JSON.stringify(left)}`);

  await renewal;
  if (takesItsName) {
    const asks = ({ program, operation }: Call) => program === 'listener' && operation === 'GetChange';
    await eventually('the listener has its name', () => aws.ROUTE_53.calls.some(asks), LIMIT);
  }
  await listener.stop();
}

/** By logical id: what stands in for it. */
function namesOf(template: Template, { variables, secrets }: Deployment, passwords: string): Map<string, string> {
  const { QUEUE_TABLE = '', DIRECTORY_TABLE = '', SPOOL_BUCKET = '', DOORBELL_URL = '' } = variables;
  const { CREDENTIALS_SECRETS = '', CERTIFICATE_SECRET = '' } = variables;
  const idOf = (type: string, beginning: string): string =>
    resourcesOf(template, type).find(([id]) => id.startsWith(beginning))?.[0] ?? '';
  const names = new Map([
    ['QueueTable', QUEUE_TABLE],
    ['DirectoryTable', DIRECTORY_TABLE],
    ['SpoolBucket', SPOOL_BUCKET],
    [idOf('AWS::SQS::Queue', 'StoresDoorbell'), DOORBELL_URL],
    ...CREDENTIALS_SECRETS.split(',').map((arn, i): [string, string] => [`Credentials${i + 1}`, arn]),
    ['Certificate', CERTIFICATE_SECRET],
    [idOf('AWS::Lambda::Function', 'PolicyProgramFunction'), 'policy'],
  ]);
  if (template.Resources['Relayhost'] !== undefined) names.set('Relayhost', secrets.store.add('relayhost', passwords));
  const binding = secrets.store.add('binding', JSON.stringify({ kid: 'kid', hmacKey: 'aG1hYw' }));
  names.set(binding, BINDING);
  return names;
}

async function startAddressService(t: TestContext): Promise<string> {
  const server = createServer((_, response) => response.end('203.0.113.7\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function inWordsOf(names: ReadonlyMap<string, string>, call: Call): Call {
  for (const [id, name] of names) {
    // A call names a queue without its URL's rest, and an index behind its table.
    const told = name.split('/').at(-1) ?? '';
    if (call.resource === told || call.resource.startsWith(`${told}/`))
      return { ...call, resource: id + call.resource.slice(told.length) };
  }
  return call;
}
