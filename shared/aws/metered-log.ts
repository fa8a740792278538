// A log whose events are counted as they pass, so that a program says what happened once. Nothing is added to them.

import type { Log } from '#shared/ports/log.ts';
import type { Meter } from './metrics.ts';

export function meteredLog(log: Log, meter: Pick<Meter, 'count'>): Log {
  const metered =
    (level: keyof Log) =>
    (event: object, message: string): void => {
      meter.count(event);
      log[level](event, message);
    };
  return { debug: metered('debug'), info: metered('info'), warn: metered('warn'), error: metered('error') };
}
