// What is chosen for a deployment, in CDK's context: `-c name=value`, or `context` in cdk.json and cdk.context.json. One row each;
// lists may be written as JSON lists or with commas. What the relay does is not set here, but in relay.yaml.
// A value that cannot be read, or a name that looks like one of these, is a problem; nothing is read here but the context.

import { hostName, networks, path } from '#shared/config/mail-values.ts';
import { didYouMean } from '#shared/config/nearest.ts';
import type { Problem } from '#shared/config/problems.ts';
import {
  choice,
  count,
  list,
  orEmpty,
  right,
  textOf,
  type ValueType,
  wrong,
  yesNo,
} from '#shared/config/value-types.ts';

/** `submission=587`: a service of relay.yaml, and where clients reach it. */
export type ServicePort = { readonly service: string; readonly port: number };

type Option<T> = { readonly type: ValueType<T>; readonly default: string; readonly sentence: string };

const option = <T>(type: ValueType<T>, fallback: string, sentence: string): Option<T> => ({
  type,
  default: fallback,
  sentence,
});

/** A configuration set of Amazon SES has the stack's name, and takes no more. */
const stackName = textOf({
  name: 'stack name',
  written: 'a letter, then letters, digits and hyphens, 64 in all at most',
  test: (text) => /^[a-z][a-z0-9-]{0,63}$/i.test(text),
});
const zoneId = textOf({
  name: 'zone id',
  written: "the id that Route 53 shows beside the zone's name, such as Z0123456789ABCDEFGHIJ",
  test: (text) => /^[A-Z0-9]{1,32}$/.test(text),
});
const httpsUrl = textOf({
  name: 'URL',
  written: 'https:// and what follows',
  test: (text) => URL.canParse(text) && text.startsWith('https://'),
});
const mailAddress = textOf({
  name: 'mail address',
  written: 'one such as postmaster@example.jp',
  test: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
});
const secretArn = textOf({
  name: "secret's ARN",
  written: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME',
  test: (text) => /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/.test(text),
});

const SERVICE_PORTS = 'service=port, such as submission=587';
const servicePort: ValueType<ServicePort> = {
  name: 'service=port',
  written: SERVICE_PORTS,
  parse(text) {
    const [, service, digits] = /^([a-z][a-z0-9_-]*)=(\d{1,5})$/.exec(text) ?? [];
    const port = Number(digits);
    if (service === undefined || port < 1 || port > 65_535) return wrong(`"${text}" is not ${SERVICE_PORTS}`);
    return right({ service, port });
  },
  format: ({ service, port }) => `${service}=${port}`,
};

export const OPTIONS = {
  stackName: option(stackName, 'op25b-relay', "The stack's name; relayctl --stack takes it."),
  profile: option(
    choice(['scale', 'home']),
    'scale',
    'scale: two zones, two tasks and more. home: one zone and one small task.',
  ),
  settings: option(path, '', 'The file relay.yaml. Empty: the defaults.'),
  hostname: option(
    orEmpty(hostName),
    '',
    'What $hostname stands for in relay.yaml, and the name that clients connect to if relay.yaml sets no myhostname.',
  ),
  zoneId: option(orEmpty(zoneId), '', 'The Route 53 zone that myhostname is in. Empty: DNS is kept elsewhere.'),
  zoneName: option(orEmpty(hostName), '', 'That zone, such as example.jp.'),
  loadBalancer: option(
    yesNo,
    'yes',
    "no, in home alone: clients reach the task's own address, which it puts into the zone.",
  ),
  allowedNetworks: option(networks, '0.0.0.0/0', 'Who may connect. Logins are asked for in any case.'),
  ports: option(list('ports', servicePort), 'submission=587, smtps=465', 'The services to open; others stay closed.'),
  credentialSecrets: option(
    count({ least: 1, most: 20 }),
    '1',
    'Secrets that hold password verifiers: one is full at some hundred accounts. Never fewer than before.',
  ),
  acmeDirectory: option(
    httpsUrl,
    'https://acme-v02.api.letsencrypt.org/directory',
    'The ACME authority of the certificate.',
  ),
  acmeEmail: option(orEmpty(mailAddress), '', 'Where that authority writes to.'),
  acmeExternalAccount: option(
    orEmpty(secretArn),
    '',
    "The secret with that authority's external account binding, if it wants one.",
  ),
  rsaCertificate: option(yesNo, 'no', 'A certificate with an RSA key, too, for clients that know no other.'),
  alarmEmail: option(orEmpty(mailAddress), '', 'Where alarms go. Empty: they are shown in CloudWatch alone.'),
  dashboard: option(
    choice(['yes', 'no', 'profile']),
    'profile',
    'A dashboard, at 3 USD a month. profile: yes for scale, no for home.',
  ),
  deletionProtection: option(
    yesNo,
    'yes',
    'Tables, the load balancer and the stack of scale refuse to be deleted. Set no and deploy before you tear down.',
  ),
};

type OptionName = keyof typeof OPTIONS;

export type Options = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends Option<infer T> ? T : never;
};

const NAMES = Object.keys(OPTIONS) as OptionName[];

/** Options whose value could not be read have their default, and a problem. */
export function readOptions(context: Readonly<Record<string, unknown>>, problems: Problem[]): Options {
  const report = (message: string): void => void problems.push({ line: undefined, message });
  for (const name of Object.keys(context)) {
    // The CDK's own have @ or : in them; others may be somebody's own, unless they look like a slip.
    const meant = /^\w+$/.test(name) && !Object.hasOwn(OPTIONS, name) ? didYouMean(name, NAMES) : '';
    if (meant !== '') report(`${name} is not an option${meant}`);
  }
  const valueOf = (name: OptionName): unknown => {
    const { type, default: fallback } = OPTIONS[name] as Option<unknown>;
    const written = textIn(context[name]);
    const parsed = written === undefined ? wrong(`write ${type.written}`) : type.parse(written || fallback);
    if (parsed.ok) return parsed.value;
    report(`${name}: ${parsed.wrong}`);
    const byDefault = type.parse(fallback);
    return byDefault.ok ? byDefault.value : undefined;
  };
  return Object.fromEntries(NAMES.map((name) => [name, valueOf(name)])) as Options;
}

/** -c gives texts, JSON whatever was written. Empty for nothing; undefined for what is no value of an option. */
function textIn(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value.join(', ') : undefined;
  return ['string', 'number', 'boolean'].includes(typeof value) ? `${value as string | number | boolean}` : undefined;
}
