// A whole connection of the listener without a socket of the kernel's: bytes in, in pieces that a test chooses; replies and spooled
// bodies out. Its ports permit everything and keep what they are given. The session has ended when `play` gives its record, and
// the wait for that is bounded, so an engine that hangs fails its test.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { Admission } from '#functions/listener/admission.ts';
import { ClientRates } from '#functions/listener/client-rates.ts';
import { Connection } from '#functions/listener/connection.ts';
import type { ConnectionSettings } from '#functions/listener/connection-context.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { keptLog } from './events.ts';

const { settings } = loadSettings(undefined, { hostname: 'mail.example.jp' });
const DEADLINE = 20_000;

/** What of a socket the listener uses, with both ends in this process. */
class Wire extends Duplex {
  replies = '';

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.replies += chunk.toString('latin1');
    done();
  }
}

export type Played = {
  /** Queue ids are all written `ID`. */
  readonly replies: string;
  /** Of the messages that were queued, in order, without their trace headers. */
  readonly messages: readonly string[];
  /** What was logged at error level. */
  readonly faults: readonly object[];
};

/** The pieces arrive one by one, then the client's end. */
export async function play(
  pieces: readonly Buffer[],
  changes: Partial<ConnectionSettings> = {},
  logins: readonly string[] = [],
): Promise<Played> {
  const wire = new Wire();
  const spooled = new Map<string, Buffer[]>();
  const messages: string[] = [];
  const log = keptLog();
  const ended = once(wire, 'close', { signal: AbortSignal.timeout(DEADLINE) });
  const connection = new Connection(
    wire as unknown as Socket,
    '192.0.2.1',
    {
      service: 'submission',
      settings: {
        ...settings,
        smtpd_error_sleep_time: 0,
        smtpd_sasl_auth_enable: true,
        smtpd_forbid_unauth_pipelining: false,
        ...changes,
      },
      login: {
        salt: async () => ({ salt: Buffer.alloc(16, 1), iterations: 4096 }),
        verify: async ({ login }) =>
          logins.includes(login) ? { kind: 'ok', login, passwordName: 'first' } : { kind: 'refused' },
      },
      loginGuard: { check: (_client, _login, verify) => verify(false) },
      certificateLogin: async () => undefined,
      authorized: { xclient: () => false, xforward: () => false },
      passwordUses: { used: () => {} },
      policy: { judge: async ({ recipients }) => recipients.map(() => ({ kind: 'permit', hold: false })) },
      spool: {
        create(id) {
          const chunks: Buffer[] = [];
          spooled.set(id, chunks);
          return { write: (chunk) => void chunks.push(chunk), seal: async () => {}, discard: async () => {} };
        },
      },
      queue: {
        async enqueue([entry]) {
          const [, ...body] = spooled.get(entry?.body ?? '') ?? [];
          messages.push(Buffer.concat(body).toString('latin1'));
        },
      },
      admission: new Admission(settings),
      rates: new ClientRates({ ...settings, smtpd_client_auth_rate_limit: 0 }, () => 0),
      now: () => 0,
      log,
      secureContext: () => createSecureContext(),
    },
    () => {},
  );
  for (const piece of pieces) wire.push(Buffer.from(piece));
  wire.push(null);
  await ended.finally(() => connection.destroy());
  return {
    replies: wire.replies.replace(/queued as \w+/g, 'queued as ID'),
    messages,
    faults: log.events.filter(({ level }) => level === 'error'),
  };
}

/** At least one message was queued, and each has CRLF line ends alone. */
export function assertCrlfAlone(messages: readonly string[]): void {
  for (const message of messages) assert.doesNotMatch(message, /\r(?!\n)|(?<!\r)\n/);
}
