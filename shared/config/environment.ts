// What a program on AWS is told by its environment: where the stores are. infra sets a variable and grants what it names in
// one place (`stores.grantTo`); programs read it here and nowhere else. Settings do not come this way: they lie beside the
// bundle (deployed.ts).

import { SCRATCH_FOLDER } from './container.ts';

/** By variable: what it holds. */
export const VARIABLES = {
  QUEUE_TABLE: 'the name of the table of queue entries',
  DIRECTORY_TABLE: 'the name of the table of accounts',
  SPOOL_BUCKET: 'the name of the bucket of message bodies',
  DOORBELL_URL: 'the URL of the SQS queue that says which entries may be due',
  /** Several once one is full. */
  CREDENTIALS_SECRETS: 'the ARNs of the secrets of password verifiers, with commas between them',
  RELAYHOST_SECRET: 'the ARN of the secret of passwords for relayhost',
  POLICY_FUNCTION: 'the name of the policy function',
  CERTIFICATE_SECRET: 'the ARN of the secret of the TLS certificate and its key',
  METRICS_NAMESPACE: 'the CloudWatch namespace of the metrics',
  /** Of a `home` relay, only the metrics whose row says so (metrics.ts) are emitted. */
  METRICS_LEVEL: 'which metrics are emitted: `home` or `scale`',
  /** Seconds. Longer than the program may run, shorter than the doorbell keeps a ring from others. */
  DELIVER_LEASE: 'how many seconds an entry belongs to the deliver that claimed it',
  /** The listener's where there is no load balancer. */
  HOSTED_ZONE: 'the id of the Route 53 zone of myhostname',
  ACME_DIRECTORY: 'the directory URL of the authority that issues the TLS certificate',
  /** May be left out. */
  ACME_EMAIL: 'where that authority writes to',
  /** May be left out. The secret's value: `{"kid":…,"hmacKey":…}`. */
  ACME_EXTERNAL_ACCOUNT: 'the ARN of the secret of the external account that our account there is bound to',
  /** May be left out: ecdsa. */
  CERTIFICATE_KEYS: 'the kinds of keys, one certificate each: `ecdsa` or `ecdsa,rsa`',
  SERVICES: 'the services that the listener opens and their ports, such as submission=1587,smtps=1465',
  HEALTH_PORT: 'the port on which the listener says whether it is well',
  LISTEN: 'the address that the listener listens on',
  SCRATCH: 'the folder where the listener may write',
  ADDRESS_URL: 'the URL that answers with the address of whoever asks',
} as const;

export type Variable = keyof typeof VARIABLES;

/** What holds where a variable may be left out. */
const DEFAULTS: Partial<Record<Variable, string>> = {
  LISTEN: '0.0.0.0',
  SCRATCH: SCRATCH_FOLDER,
  ADDRESS_URL: 'https://checkip.amazonaws.com/',
};

export type Environment = Readonly<Record<string, string | undefined>>;

class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

/** The values of these variables. Throws EnvironmentError with all that are missing. */
export function readEnvironment<Name extends Variable>(
  environment: Environment,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const valueOf = (name: Name): string => environment[name] || (DEFAULTS[name] ?? '');
  const missing = names.filter((name) => valueOf(name) === '');
  if (missing.length > 0) {
    const what = missing.map((name) => `${name}: ${VARIABLES[name]}`).join('; ');
    throw new EnvironmentError(`the environment lacks ${what}`);
  }
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, string>;
}

/** The value of a variable that may be left out. */
export function readOptional(environment: Environment, name: Variable): string | undefined {
  return environment[name] === '' ? undefined : environment[name];
}
