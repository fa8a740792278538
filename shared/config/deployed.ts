// The settings of a deployed relay. relay.yaml is read and checked once, at synth; what it comes to lies beside every
// program's bundle as one JSON file, so that a program at its start has nothing to parse, to check or to refuse.

import type { Configuration } from './load-settings.ts';
import type { Settings } from './settings.ts';

/** The file's name, beside the bundle. */
export const CONFIGURATION_FILE = 'configuration.json';

type Deployed = { readonly settings: Settings; readonly services: Readonly<Record<string, Settings>> };

export function writeConfiguration({ settings, services }: Configuration): string {
  return `${JSON.stringify({ settings, services: Object.fromEntries(services) } satisfies Deployed)}\n`;
}

export function readConfiguration(text: string): Configuration {
  const { settings, services } = JSON.parse(text) as Deployed;
  return { settings, services: new Map(Object.entries(services)) };
}
