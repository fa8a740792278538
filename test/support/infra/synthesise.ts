// The stack as `cdk synth` makes it, in this process: cdk.json's context, what a test adds to it, and relay.yaml as a text. The
// rules of cdk-nag and of the CDK run with it, and a finding throws.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CDK_APP_MODE_CONTEXT } from 'aws-cdk-lib/cx-api';
import { createRelayApp, type RelayApp } from '#infra/relay-app.ts';

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
};

export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
};

export type Options = {
  readonly context?: Readonly<Record<string, unknown>>;
  /** relay.yaml. */
  readonly settings?: string;
  /** Changes the app before it is synthesised. */
  readonly change?: (app: RelayApp) => void;
};

const PROJECT = join(import.meta.dirname, '../../..');

const HOSTNAME = { hostname: 'relay.example.jp' };
const ZONE = { zoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.jp' };

/** The kinds of deployment that there are, and one that has everything that can be asked for. */
export const VARIANTS: Readonly<Record<string, Options>> = {
  scale: { context: HOSTNAME },
  home: { context: { ...HOSTNAME, profile: 'home' } },
  'home without a load balancer': { context: { ...HOSTNAME, ...ZONE, profile: 'home', loadBalancer: 'no' } },
  'everything by Amazon SES': {
    context: {
      ...ZONE,
      ports: 'submission=587, smtps=465, smtp=25, smtp=2525',
      credentialSecrets: 2,
      alarmEmail: 'postmaster@example.jp',
      acmeEmail: 'postmaster@example.jp',
      acmeExternalAccount: 'arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:binding',
      rsaCertificate: true,
      allowedNetworks: ['192.0.2.0/24', '198.51.100.7/32'],
    },
    settings: 'myhostname: relay.example.jp\nses_identities: [example.jp, example.com]\n',
  },
  'a smarthost with passwords': {
    context: { hostname: 'relay.example.net' },
    settings:
      'default_transport: smtp\nrelayhost: "[smtp.example.com]:submission"\nsmtp_sasl_password_maps: /etc/sasl_passwd\n',
  },
};

/** Throws what synthesis throws: StageError, or the report of the rules that are broken. */
export function synthesise({ context = {}, settings, change }: Options = {}): Template {
  const folder = mkdtempSync(join(tmpdir(), 'relay-synth-'));
  try {
    const file = join(folder, 'relay.yaml');
    if (settings !== undefined) writeFileSync(file, settings);
    const outdir = join(folder, 'cdk.out');
    const app = createRelayApp({
      outdir,
      context: {
        ...projectContext(),
        // What is thrown then says what is wrong.
        [CDK_APP_MODE_CONTEXT]: 'inmemory',
        ...context,
        ...(settings === undefined ? {} : { settings: file }),
      },
    });
    change?.(app);
    app.app.synth();
    return JSON.parse(readFileSync(join(outdir, app.stack.templateFile), 'utf8')) as Template;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function projectContext(): Readonly<Record<string, unknown>> {
  const { context } = JSON.parse(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')) as {
    readonly context: Readonly<Record<string, unknown>>;
  };
  return context;
}

export function resourcesOf(template: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of its type whose logical id begins so. */
export function only(template: Template, type: string, beginning = ''): Resource {
  const found = resourcesOf(template, type).filter(([id]) => id.startsWith(beginning));
  const [first, ...more] = found;
  if (first === undefined || more.length > 0) {
    throw new Error(`${found.length} resources ${type} ${beginning}: ${found.map(([id]) => id).join(', ')}`);
  }
  return first[1];
}

/** What is written in a resource's properties at this path, such as `Environment.Variables`. */
export function at(resource: { readonly Properties: unknown }, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
      resource.Properties,
    );
}
