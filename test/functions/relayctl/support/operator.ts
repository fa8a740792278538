// An operator at a terminal, with a relay in memory: `says` runs one command line and gives back what was printed.

import type { Place, Relay } from '#functions/relayctl/relay.ts';
import { run } from '#functions/relayctl/run.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import {
  MemoryCredentials,
  MemoryDirectory,
  MemoryLastUses,
  MemoryQueue,
  MemorySpool,
} from '../../../support/memory-ports.ts';

export const NOW = Date.UTC(2026, 10, 24, 4, 6);

export const STARTED = {
  hostname: 'smtp.example.jp',
  localDomain: 'mail.example.jp',
  listen: '0.0.0.0',
  ports: { submission: 587, smtps: 465 },
};

export type Operator = Omit<Relay, 'spool' | 'lastUses'> & {
  readonly spool: MemorySpool;
  readonly lastUses: MemoryLastUses;
  /** Of the last command that was connected. */
  place(): Place | undefined;
  /** What stands on standard output and standard error, and the exit status. */
  says(line: string, input?: string): Promise<{ status: number; printed: string; complaint: string }>;
  /** Standard output of what goes well; anything else is thrown. */
  gets(line: string, input?: string): Promise<string>;
};

type Changes = Partial<Pick<Relay, 'started' | 'outbox' | 'certificate' | 'directory' | 'close'>> & {
  readonly entries?: readonly Entry[];
};

export function operator({ entries = [], ...changes }: Changes = {}): Operator {
  const relay = {
    queue: new MemoryQueue(entries),
    spool: new MemorySpool(),
    directory: new MemoryDirectory(),
    credentials: new MemoryCredentials(),
    lastUses: new MemoryLastUses(),
    outbox: { list: async () => [], open: async () => undefined },
    certificate: { kind: 'file', path: undefined } as const,
    started: STARTED,
    close: async () => {},
    ...changes,
  };
  let random = 0;
  let place: Place | undefined;

  async function says(line: string, input = ''): ReturnType<Operator['says']> {
    let [printed, complaint] = ['', ''];
    const status = await run(
      {
        connect: async (named) => {
          place = named;
          return relay;
        },
        terminal: {
          print: async (piece) => void (printed += piece.toString()),
          complain: (text) => void (complaint += text),
          read: async () => input,
        },
        machine: { now: () => NOW, randomBytes: (size) => Buffer.alloc(size, ++random) },
      },
      line.split(' ').filter((word) => word !== ''),
    );
    return { status, printed, complaint };
  }

  async function gets(line: string, input?: string): Promise<string> {
    const { status, printed, complaint } = await says(line, input);
    if (status !== 0 || complaint !== '') throw new Error(`relayctl ${line}: status ${status}: ${complaint}`);
    return printed;
  }
  return { ...relay, place: () => place, says, gets };
}
