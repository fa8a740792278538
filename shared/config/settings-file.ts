// relay.yaml's shape: flat keys, and a map `services` with the keys that each service has for itself. Values stay the
// texts that were written, each with its line; load-settings.ts gives them their meaning. What is wrong becomes a problem
// and is left out.

import { didYouMean } from './nearest.ts';
import type { Problem } from './problems.ts';
import { isSettingName, SETTING_NAMES, SETTINGS, type SettingName } from './settings.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** What is written for a setting; a list is a text with commas. */
export type Written = { readonly text: string; readonly line: number | undefined };
export type Layer = ReadonlyMap<SettingName, Written>;

type SettingsFile = { readonly relay: Layer; readonly services: ReadonlyMap<string, Layer> };

type Entry = readonly [name: string, value: unknown];
type Path = readonly string[];

const SERVICES = 'services';
const SERVICE_NAME = /^[a-z][a-z0-9_-]*$/;
const PER_SERVICE_NAMES = SETTING_NAMES.filter((name) => SETTINGS[name].perService);

export function readSettingsFile(text: string, problems: Problem[]): SettingsFile {
  const yaml = readYaml(text, problems);
  if (yaml === undefined) return { relay: new Map(), services: new Map() };
  const reader = new Reader(yaml, problems);
  const top = reader.entries(yaml.value, [], 'a settings file is a map, one `name: value` a line');
  const services = top.find(([name]) => name === SERVICES)?.[1];
  return {
    relay: reader.layer(
      top.filter(([name]) => name !== SERVICES),
      [],
    ),
    services: new Map(
      reader
        .entries(services, [SERVICES], 'services is a map from names, such as submission, to settings')
        .map(([name, own]) => [name, reader.service(name, own)]),
    ),
  };
}

class Reader {
  readonly #yaml: YamlFile;
  readonly #problems: Problem[];

  constructor(yaml: YamlFile, problems: Problem[]) {
    this.#yaml = yaml;
    this.#problems = problems;
  }

  service(name: string, own: unknown): Layer {
    const path = [SERVICES, name];
    if (!SERVICE_NAME.test(name)) {
      this.#report(path, `"${name}" is not a service's name: write small letters, digits, - and _, such as submission`);
    }
    return this.layer(
      this.entries(own, path, `${name} is a map of the settings that this service has for itself`),
      path,
    );
  }

  layer(entries: readonly Entry[], path: Path): Layer {
    const layer = new Map<SettingName, Written>();
    for (const [name, value] of entries) {
      const here = [...path, name];
      const result = path.length === 0 ? ofRelay(name, value) : ofService(name, value);
      if ('wrong' in result) this.#report(here, result.wrong);
      else layer.set(result.name, { text: result.text, line: this.#yaml.lineOf(here) });
    }
    return layer;
  }

  entries(value: unknown, path: Path, expected: string): Entry[] {
    // Nothing written: null at the top of a file, an empty text behind a name.
    if (value === null || value === undefined || value === '') return [];
    if (typeof value === 'object' && !Array.isArray(value)) return Object.entries(value);
    this.#report(path, expected);
    return [];
  }

  #report(path: Path, message: string): void {
    this.#problems.push({ line: this.#yaml.lineOf(path), message });
  }
}

type Read = { readonly name: SettingName; readonly text: string } | { readonly wrong: string };

function ofRelay(name: string, value: unknown): Read {
  if (!isSettingName(name))
    return { wrong: `${name} is not a setting${didYouMean(name, [...SETTING_NAMES, SERVICES])}` };
  return asText(name, value);
}

function ofService(name: string, value: unknown): Read {
  if (!isSettingName(name)) return { wrong: `${name} is not a setting${didYouMean(name, PER_SERVICE_NAMES)}` };
  if (!SETTINGS[name].perService) return { wrong: `${name} holds for the whole relay: move it out of ${SERVICES}` };
  return asText(name, value);
}

function asText(name: SettingName, value: unknown): Read {
  const { type } = SETTINGS[name];
  if (value === null || typeof value === 'string') return { name, text: value ?? '' };
  if (!Array.isArray(value)) return { wrong: `${name} is not a map: write ${type.written}` };
  // Unquoted, Postfix's `[host]` is a list to YAML.
  if (type.list === undefined) return { wrong: `${name} takes one value; put quotes around it if it begins with [` };
  if (!value.every((item) => typeof item === 'string'))
    return { wrong: `${name} is a list of words: write ${type.written}` };
  return { name, text: value.join(', ') };
}
