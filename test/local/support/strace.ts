// Reads what strace wrote of a relay (`-f -y`: every thread, descriptors with their paths), and says what was not durable when
// a message was said to be queued. A sync counts for what was written before it began, and only once it has returned.

export type Call = {
  readonly name: string;
  /** Of the descriptor or, for rename, the old and the new name. */
  readonly paths: readonly string[];
  /** As strace shows them; strings cut short. */
  readonly text: string;
  /** Positions in the trace. */
  readonly begin: number;
  readonly end: number;
};

const UNFINISHED = ' <unfinished ...>';

/** `PID name(args) = result`; of a call that was interrupted by another thread's, its two halves are put together. */
export function parseTrace(trace: string): Call[] {
  const begun = new Map<string, { readonly text: string; readonly begin: number }>();
  const calls: Call[] = [];
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith(UNFINISHED)) {
      begun.set(thread, { text: rest.slice(0, -UNFINISHED.length), begin: at });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const first = resumed === null ? undefined : begun.get(thread);
    const text = first === undefined ? rest : `${first.text}${resumed?.[1] ?? ''}`;
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name === undefined || / = -1 /.test(text)) continue;
    calls.push({ name, paths: pathsOf(name, text), text, begin: first?.begin ?? at, end: at });
  }
  return calls.toSorted((a, b) => a.begin - b.begin);
}

function pathsOf(name: string, text: string): string[] {
  if (name.startsWith('rename')) return [...text.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path);
  const path = /^\w+\(\d+<([^>]*)>/.exec(text)?.[1];
  return path === undefined ? [] : [path];
}

const isWrite = ({ name }: Call): boolean => /write|sendto/.test(name);
const isSync = ({ name }: Call): boolean => name === 'fsync' || name === 'fdatasync';

/** What one message needed and had not, by the time of its reply; empty if all of it was durable. */
export function notDurable(calls: readonly Call[], isLarge: boolean): string[] {
  const reply = calls.findIndex((call) => isWrite(call) && call.text.includes('250 2.0.0 Ok: queued'));
  const asked = calls.findIndex((call) => isWrite(call) && call.text.includes('"354 '));
  if (asked < 0 || reply < asked) return ['the trace has no message'];
  const meanwhile = calls.slice(asked, reply);
  const said = calls[reply]?.begin ?? 0;
  const synced = (path: string, after: Call): boolean =>
    meanwhile.some((call) => isSync(call) && call.paths[0] === path && call.begin > after.end && call.end < said);

  const problems: string[] = [];
  const wal = meanwhile.findLast((call) => isWrite(call) && call.paths[0]?.endsWith('/queue.db-wal'));
  if (wal === undefined) problems.push('the queue was not written');
  else if (!synced(wal.paths[0] ?? '', wal)) problems.push('the queue was not synced');
  if (!isLarge) return problems;

  const body = meanwhile.findLast((call) => isWrite(call) && call.paths[0]?.includes('/spool/'));
  if (body === undefined) problems.push('the body was not written');
  else if (!synced(body.paths[0] ?? '', body)) problems.push('the body was not synced');
  const renamed = meanwhile.findLast(({ name, paths }) => name.startsWith('rename') && paths[1]?.includes('/spool/'));
  const folder = renamed?.paths[1]?.replace(/\/[^/]*$/, '') ?? '';
  if (renamed === undefined) problems.push('the body was not put in its place');
  else if (!synced(folder, renamed)) problems.push('the folder of the body was not synced');
  return problems;
}
