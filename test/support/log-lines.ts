// A log that keeps its lines, for tests of what is said.

import type { Log } from '#shared/ports/log.ts';

export type LogLine = { readonly level: keyof Log; readonly event: object; readonly message: string };

export function logLines(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (event: object, message: string) => void lines.push({ level, event, message });
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}
