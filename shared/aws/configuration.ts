// The settings that lie beside a program's bundle. They were checked at synth; a file that is not there ends the start.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIGURATION_FILE, readConfiguration } from '#shared/config/deployed.ts';
import type { Configuration } from '#shared/config/load-settings.ts';

/** `folder`: the bundle's. */
export function deployedConfiguration(folder: string): Configuration {
  return readConfiguration(readFileSync(join(folder, CONFIGURATION_FILE), 'utf8'));
}
