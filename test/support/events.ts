// A log that keeps its events, for tests that look at what was logged.

import type { Log } from '#shared/ports/log.ts';

export type LoggedEvent = Readonly<Record<string, unknown>> & { readonly level: keyof Log };

export type KeptLog = Log & {
  readonly events: readonly LoggedEvent[];
  /** Those whose `event` is this. */
  of(event: string): LoggedEvent[];
};

export function keptLog(): KeptLog {
  const events: LoggedEvent[] = [];
  const keep = (level: keyof Log) => (event: object) => void events.push({ ...event, level });
  return {
    events,
    of: (name) => events.filter(({ event }) => event === name),
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  };
}
