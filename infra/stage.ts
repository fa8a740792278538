// One deployment: the options of the context and the settings of relay.yaml, checked against each other, as the props that the
// stack is made of. Nothing is asked of AWS, so a stage is the same on every machine. Throws StageError with everything that
// is wrong, in the context and in the file, at once.

import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { DEPLOYED } from '#shared/config/deployed.ts';
import { type Configuration, loadSettings, SettingsError, type SettingsSource } from '#shared/config/load-settings.ts';
import { FileError, type Problem } from '#shared/config/problems.ts';
import { type OpenPort, openPorts, portProblems } from './open-ports.ts';
import { type Options, readOptions } from './options.ts';

/** A name of the documentation's (RFC 2606 keeps example.jp's kind), so that a fresh clone can be synthesised. */
export const PLACEHOLDER = 'smtp.example.jp';

/** Of a security group, in an account that has not asked for more. */
const MOST_RULES = 60;

export type Zone = { readonly id: string; readonly name: string };

export type Stage = Options & {
  readonly configuration: Configuration;
  readonly zone: Zone | undefined;
  readonly openPorts: readonly OpenPort[];
  /** The configuration set of Amazon SES that the stack is to make. */
  readonly configurationSet: string | undefined;
};

export class StageError extends Error {
  override name = 'StageError';
}

export function readStage(context: Readonly<Record<string, unknown>>): Stage {
  const problems: Problem[] = [];
  const options = readOptions(context, problems);
  const reports: string[] = [];
  let configuration: Configuration | undefined;
  try {
    configuration = readConfiguration(options, problems);
    problems.push(...contradictions(options, configuration).map((message) => ({ line: undefined, message })));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    reports.push(error.message);
  }
  if (problems.length > 0) reports.push(new FileError("CDK's context", problems).message);
  if (configuration === undefined || reports.length > 0) throw new StageError(reports.join('\n'));

  const zone = options.zoneId === '' ? undefined : { id: options.zoneId, name: options.zoneName };
  return { ...options, zone, openPorts: openPorts(options), ...withConfigurationSet(configuration, options.stackName) };
}

function readConfiguration({ settings: file, hostname }: Options, problems: Problem[]): Configuration {
  let source: SettingsSource | undefined;
  try {
    source = file === '' ? undefined : { text: readFileSync(file, 'utf8'), file };
  } catch (error) {
    problems.push({
      line: undefined,
      message: `settings: cannot read ${file} (${(error as NodeJS.ErrnoException).code}); write the path of relay.yaml`,
    });
  }
  return loadSettings(source, { hostname: hostname || PLACEHOLDER }, DEPLOYED);
}

function contradictions(options: Options, { settings, services }: Configuration): string[] {
  const { profile, loadBalancer, zoneId, zoneName, ports, allowedNetworks } = options;
  const { myhostname } = settings;
  const found: [boolean, string][] = [
    [(zoneId === '') !== (zoneName === ''), 'zoneId and zoneName: a zone is given by both, or neither'],
    [
      zoneName !== '' && !isWithin(myhostname, zoneName),
      `zoneName: ${myhostname} is not in ${zoneName}; say hostname, set myhostname in relay.yaml, or give its zone`,
    ],
    [!loadBalancer && profile === 'scale', 'loadBalancer no: several tasks want one; choose profile home, or yes'],
    [
      !loadBalancer && zoneId === '',
      'loadBalancer no: the task puts its address into a zone; give zoneId and zoneName',
    ],
    ...ports.map(({ service }): [boolean, string] => [
      !services.has(service),
      `ports: no service ${service}; there are ${[...services.keys()].join(', ')}`,
    ]),
    ...allowedNetworks.map((network): [boolean, string] => [
      isIPv6(network.split('/')[0] ?? ''),
      `allowedNetworks: ${network}: the relay is reached over IPv4; write IPv4 networks`,
    ]),
    [
      allowedNetworks.length * ports.length > MOST_RULES,
      `allowedNetworks: each network for each port is a rule, and ${MOST_RULES} is AWS's limit; write fewer, wider networks`,
    ],
  ];
  return [...found.filter(([wrong]) => wrong).map(([, message]) => message), ...portProblems(options)];
}

export function isWithin(name: string, zone: string): boolean {
  return `.${name}`.toLowerCase().endsWith(`.${zone.toLowerCase()}`);
}

/** Its name is the stack's, so that it is known to the settings before there is a stack. */
function withConfigurationSet({ settings, services }: Configuration, name: string) {
  const wanted = settings.default_transport === 'ses' && settings.ses_region === '';
  if (!wanted || settings.ses_configuration_set !== '') {
    return { configuration: { settings, services }, configurationSet: undefined };
  }
  const named = { ses_configuration_set: name };
  const configuration: Configuration = {
    settings: { ...settings, ...named },
    services: new Map(Array.from(services, ([service, own]) => [service, { ...own, ...named }])),
  };
  return { configuration, configurationSet: name };
}
