// relay.yaml, the defaults and the services' own defaults become the Settings that programs obey, whole and typed.
// For a service, what its map in the file says comes first, then what the service has built in (services.ts), then the
// file's flat keys, then the defaults: those of where the relay runs, then the table's. References are expanded in what results, as Postfix does behind master.cf's -o.
// Fails with every problem at once (SettingsError); never reads a file itself, and never returns settings in part.

import { contradictions, type Check } from './contradictions.ts';
import { hostName } from './mail-values.ts';
import { FileError, type Problem } from './problems.ts';
import { expand } from './references.ts';
import { BUILT_IN_SERVICES } from './services.ts';
import { readSettingsFile, type Layer, type Written } from './settings-file.ts';
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './settings.ts';
import type { Parsed } from './value-types.ts';

export type Configuration = {
  /** What holds where no service is in question. */
  readonly settings: Settings;
  /** By service: `smtp`, `submission`, `smtps`, and what else the file names. */
  readonly services: ReadonlyMap<string, Settings>;
};

export type SettingsSource = {
  readonly text: string;
  /** As the messages call it. */
  readonly file: string;
};

/** What the machine says of itself; references may name it. */
export type Facts = { readonly hostname: string };

/** Where the relay runs, and what differs there. */
export type Place = {
  /** In the place of the table's: values as in relay.yaml. */
  readonly defaults: ReadonlyMap<SettingName, string>;
  readonly checks: readonly Check[];
};

const THIS_MACHINE: Place = { defaults: new Map(), checks: [] };

export class SettingsError extends FileError {
  override name = 'SettingsError';
}

export function loadSettings(
  source: SettingsSource | undefined,
  facts: Facts,
  place: Place = THIS_MACHINE,
): Configuration {
  const problems: Problem[] = [];
  const file = readSettingsFile(source?.text ?? '', problems);
  if (!file.relay.has('myhostname')) problems.push(...hostnameProblems(facts));

  const resolve = (layer: Layer): Settings => {
    const resolved = resolveLayer(layer, facts, place);
    problems.push(...resolved.problems);
    return resolved.settings;
  };
  const ofService = (name: string): Layer =>
    new Map([...file.relay, ...builtIn(name), ...(file.services.get(name) ?? [])]);
  const names = new Set([...BUILT_IN_SERVICES.keys(), ...file.services.keys()]);
  const settings = resolve(file.relay);
  const services = new Map(Array.from(names, (name) => [name, resolve(ofService(name))]));

  if (problems.length > 0) throw new SettingsError(source?.file ?? 'settings', problems);
  return { settings, services };
}

function hostnameProblems({ hostname }: Facts): Problem[] {
  const parsed = hostName.parse(hostname);
  return parsed.ok ? [] : [{ line: undefined, message: `the machine's name: ${parsed.wrong}; or set myhostname` }];
}

function builtIn(service: string): Layer {
  const overrides = BUILT_IN_SERVICES.get(service) ?? new Map<SettingName, string>();
  return new Map(Array.from(overrides, ([name, text]) => [name, { text, line: undefined }]));
}

/** Goes on behind a value that cannot be read, so that the rest is checked, too. */
function resolveLayer(layer: Layer, facts: Facts, place: Place): { settings: Settings; problems: Problem[] } {
  const defaultOf = (name: SettingName): string => place.defaults.get(name) ?? SETTINGS[name].default;
  const written = (name: SettingName): Written => layer.get(name) ?? { text: defaultOf(name), line: undefined };
  const texts = new Map([
    ...Object.entries(facts),
    ...SETTING_NAMES.map((name): [string, string] => [name, written(name).text]),
  ]);
  const parse = (name: SettingName, text: string): Parsed<unknown> => {
    const expanded = expand(text, texts, [name]);
    return expanded.ok ? SETTINGS[name].type.parse(expanded.value) : expanded;
  };

  const problems: Problem[] = [];
  const unread = new Set<SettingName>();
  const valueOf = (name: SettingName): unknown => {
    const { text, line } = written(name);
    const parsed = parse(name, text);
    if (parsed.ok) return parsed.value;
    unread.add(name);
    // A default is wrong only through what it refers to, which is reported where it was written.
    if (line !== undefined) problems.push({ line, message: `${name}: ${parsed.wrong}` });
    const fallback = parse(name, defaultOf(name));
    return fallback.ok ? fallback.value : undefined;
  };
  // Each value is of its row's type; after a problem, these settings never leave this file.
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, valueOf(name)])) as Settings;

  for (const { about, message } of contradictions(settings, place.checks)) {
    if (about.some((name) => unread.has(name))) continue;
    const lines = about.map((name) => written(name).line).filter((line) => line !== undefined);
    problems.push({ line: lines.length > 0 ? Math.max(...lines) : undefined, message });
  }
  return { settings, problems };
}
