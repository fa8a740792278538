// What the commands work on: one relay, seen through its ports, wherever it is kept; and what main.ts lends them besides.

import type { Certificates } from '#shared/ports/certificates.ts';
import type { Credentials } from '#shared/ports/credentials.ts';
import type { Directory } from '#shared/ports/directory.ts';
import type { LastUses } from '#shared/ports/last-use.ts';
import type { Queue } from '#shared/ports/queue.ts';
import type { Spool } from '#shared/ports/spool.ts';
import type { RelayFile } from './relay-file.ts';

/** Which relay: one on this machine, by its data folder, or a deployed one, by its CloudFormation stack. */
export type Place =
  | { readonly data: string }
  | { readonly stack: string; /** If left out, the environment's. */ readonly region?: string };

export type Relay = {
  readonly queue: Pick<Queue, 'list' | 'find' | 'remove' | 'flush' | 'hold' | 'release'>;
  readonly spool: Pick<Spool, 'open'>;
  readonly directory: Pick<Directory, 'accounts' | 'account' | 'put' | 'remove'>;
  readonly credentials: Credentials;
  readonly lastUses: Pick<LastUses, 'of'>;
  /** Undefined where nothing is captured. */
  readonly outbox: Outbox | undefined;
  readonly certificate: Certificate;
  /** What the relay started with; undefined if it has not been started here yet. */
  readonly started: RelayFile | undefined;
  close(): Promise<void>;
};

/** And how relayctl is called for it, for the lines that say what to do next. */
export type NamedRelay = Relay & { readonly command: string };

export type Captured = {
  /** The file's name in the Maildir. */
  readonly name: string;
  readonly queueId: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Milliseconds since the epoch. */
  readonly arrived: number;
  readonly delivered: number;
  readonly login?: string;
  readonly subject: string;
  /** Octets. */
  readonly size: number;
};

export type Outbox = {
  list(): Promise<readonly Captured[]>;
  /** The message's octets; undefined if it is gone meanwhile. */
  open(name: string): Promise<AsyncIterable<Buffer> | undefined>;
};

/** The listener's certificate: files that somebody else writes, or a secret that the relay renews by itself. */
export type Certificate =
  | {
      readonly kind: 'file';
      /** Undefined if the relay has not said yet where it lies. */ readonly path: string | undefined;
    }
  | {
      readonly kind: 'secret';
      readonly certificates: Pick<Certificates, 'current' | 'put'>;
      /** Makes a new one now, and says in a sentence what came of it. Undefined if the relay makes none. */
      readonly renew: (() => Promise<string>) | undefined;
    };

/** What a command prints, piece by piece. It throws what it could not do, after it has done and said what it could. */
export type Output = AsyncGenerator<string | Buffer, void>;

export type Terminal = {
  print(piece: string | Buffer): Promise<void>;
  /** To standard error. */
  complain(text: string): void;
  /** Standard input to its end. */
  read(): Promise<string>;
};

export type Machine = {
  /** Milliseconds since the epoch. */
  now(): number;
  randomBytes(size: number): Buffer;
};
