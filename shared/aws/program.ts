// What a program on AWS begins with: its settings, its log on standard output, and the metrics that are counted from the log.
// Lines are written at once, since Lambda freezes a process between two events. What is missing ends the start (EnvironmentError).

import { pino } from 'pino';
import { readEnvironment, type Environment } from '#shared/config/environment.ts';
import type { Configuration } from '#shared/config/load-settings.ts';
import type { Log } from '#shared/ports/log.ts';
import { deployedConfiguration } from './configuration.ts';
import { meteredLog } from './metered-log.ts';
import { Meter } from './metrics.ts';

export type Program = Configuration & {
  /** Metered. */
  readonly log: Log;
  /** To be flushed at the end of each invocation, or every minute. */
  readonly meter: Meter;
};

/** `folder`: the bundle's. */
export function startProgram(env: Environment, folder: string): Program {
  const metrics = readEnvironment(env, ['METRICS_NAMESPACE', 'METRICS_LEVEL']);
  const configuration = deployedConfiguration(folder);
  const output = pino.destination({ dest: 1, sync: true });
  const { log_level: level } = configuration.settings;
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);
  const meter = new Meter({
    namespace: metrics.METRICS_NAMESPACE,
    level: metrics.METRICS_LEVEL,
    write: (line) => void output.write(line),
  });
  return { ...configuration, log: meteredLog(log, meter), meter };
}
