// A deployed relay's surroundings on this machine: a stand-in for every service of AWS that its programs call, each behind a recorder,
// stores that are empty, the bundles, and the environment that tells a program where everything is. Which programs run in it is
// the test's choice (deployed-relay.ts runs them all). All of it ends behind the test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretCertificates } from '#shared/aws/certificates.ts';
import { clientOptions } from '#shared/aws/client-options.ts';
import { SecretCredentials } from '#shared/aws/credentials.ts';
import type { Variable } from '#shared/config/environment.ts';
import type { Configuration } from '#shared/config/load-settings.ts';
import { withPassword } from '#shared/domain/sasl/credential.ts';
import type { Certificates } from '#shared/ports/certificates.ts';
import { bundleProgram, type ProgramName } from '#infra/bundle.ts';
import { keptLog } from '../events.ts';
import type { Account } from '../smtp-client.ts';
import { type LambdaFunction, startLambda } from './lambda.ts';
import { type Call, type Recorder, startRecorder } from './recorder.ts';
import { startRoute53 } from './route53.ts';
import { type SecretsStandIn, startSecretsManager } from './secrets-manager.ts';
import { startStores, type Stores, type StoresOptions } from './stores.ts';

/** By the SDK's name of its endpoint's variable. */
const SERVICES = ['DYNAMODB', 'S3', 'SQS', 'SECRETS_MANAGER', 'LAMBDA', 'SESV2', 'ROUTE_53'] as const;

type Service = (typeof SERVICES)[number];
export type Environment = Readonly<Record<string, string>>;

export type DeploymentOptions = StoresOptions & {
  readonly configuration: Configuration;
  /** Lambda functions by name. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  /** How many secrets the verifiers of passwords lie in. */
  readonly credentialSecrets?: number;
};

export type Deployment = {
  readonly stores: Stores;
  readonly secrets: SecretsStandIn;
  /** What stands in front of each stand-in. */
  readonly aws: Readonly<Record<Service, Recorder>>;
  /** All calls that passed. */
  readonly calls: () => Call[];
  /** By variable: where the stores are. */
  readonly variables: Readonly<Partial<Record<Variable, string>>>;
  /** For the SDK in a program: who calls, and where AWS is. */
  callerOf(program: ProgramName): Environment;
  /** The folder of a program's bundle. */
  bundle(program: ProgramName): string;
  readonly certificates: Certificates;
  /** An account with this password, which owns these addresses. */
  addAccount(account: Account, senders: readonly string[]): Promise<void>;
};

const CALL = 10_000;
/** As in the templates that tests synthesise. */
const ZONE_ID = 'Z0123456789ABCDEFGHIJ';

export async function startDeployment(t: TestContext, options: DeploymentOptions): Promise<Deployment> {
  const stores = await startStores(t, options);
  const [secrets, route53, lambda] = await Promise.all([
    startSecretsManager(),
    startRoute53({ zoneId: ZONE_ID, pending: 0 }),
    startLambda(options.functions),
  ]);
  for (const standIn of [secrets, route53, lambda]) t.after(() => standIn.close());
  const aws = await startRecorders(t, {
    DYNAMODB: stores.dynamo.caller.endpoint,
    S3: stores.s3AndSqs.caller.endpoint,
    SQS: stores.s3AndSqs.caller.endpoint,
    SECRETS_MANAGER: secrets.caller.endpoint,
    LAMBDA: lambda.caller.endpoint,
    SESV2: stores.ses.caller.endpoint,
    ROUTE_53: route53.caller.endpoint,
  });

  const credentialSecrets = Array.from({ length: options.credentialSecrets ?? 1 }, (_, i) =>
    secrets.store.add(`credentials${i + 1}`),
  );
  const certificateSecret = secrets.store.add('certificate');
  const client = new SecretsManagerClient(clientOptions(CALL, secrets.caller));
  t.after(() => client.destroy());
  const credentials = new SecretCredentials({
    client,
    secrets: credentialSecrets,
    refreshTime: 0,
    now: Date.now,
    log: keptLog(),
  });

  const out = await mkdtemp(join(tmpdir(), 'op25b-deployment-'));
  t.after(() => rm(out, { recursive: true, force: true }));
  const bundles = new Map<ProgramName, string>();

  const { QUEUE_TABLE = '', DIRECTORY_TABLE = '', SPOOL_BUCKET = '', DOORBELL_URL = '' } = stores.env;
  return {
    stores,
    secrets,
    aws,
    calls: () => SERVICES.flatMap((service) => aws[service].calls),
    variables: {
      QUEUE_TABLE,
      DIRECTORY_TABLE,
      SPOOL_BUCKET,
      // The SDK calls the host of a queue's URL.
      DOORBELL_URL: aws.SQS.endpoint + new URL(DOORBELL_URL).pathname,
      CREDENTIALS_SECRETS: credentialSecrets.join(','),
      CERTIFICATE_SECRET: certificateSecret,
    },
    callerOf: (program) => ({
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: program,
      AWS_SECRET_ACCESS_KEY: 'test',
      ...Object.fromEntries(SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, aws[service].endpoint])),
    }),
    bundle(program) {
      const folder = bundles.get(program) ?? bundleProgram(program, options.configuration, out);
      bundles.set(program, folder);
      return folder;
    },
    certificates: new SecretCertificates({ client, secret: certificateSecret }),
    async addAccount({ login, password }, senders) {
      const created = Date.now();
      await stores.directory.put({ login, senders, disabled: false, created });
      const salt = Buffer.alloc(16, login);
      await credentials.put(withPassword(undefined, { login, name: 'default', password, salt, created }));
    },
  };
}

async function startRecorders(
  t: TestContext,
  endpoints: Readonly<Record<Service, string>>,
): Promise<Record<Service, Recorder>> {
  const started = SERVICES.map(async (service) => {
    const recorder = await startRecorder(endpoints[service]);
    t.after(() => recorder.close());
    return [service, recorder] as const;
  });
  return Object.fromEntries(await Promise.all(started)) as Record<Service, Recorder>;
}
