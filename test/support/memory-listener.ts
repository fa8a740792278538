// A listener whose ports are in memory, and clients of it that need no network: a test says where one packet ends and the next
// begins, and sees what was said and what was stored. The password `secret` is right for everybody, and refused.example is
// refused as a recipient.

import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { after } from 'node:test';
import { setImmediate as rest } from 'node:timers/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Admission } from '#functions/listener/admission.ts';
import { ClientRates } from '#functions/listener/client-rates.ts';
import { Connection } from '#functions/listener/connection.ts';
import type { ListenerContext } from '#functions/listener/server.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import type { Settings } from '#shared/config/settings.ts';
import { r554RelayDenied } from '#shared/domain/smtp/reply.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { throwawayCertificate } from './throwaway-certificate.ts';

export type StoredMessage = {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly login: string | undefined;
  /** The header that the relay put on top, with ID in the place of the queue id. latin1. */
  readonly trace: string;
  /** latin1. */
  readonly content: string;
};

/** Open to everybody, and without a pause behind refusals. */
const OPEN: Partial<Settings> = {
  smtpd_tls_security_level: 'may',
  smtpd_tls_auth_only: false,
  smtpd_sender_restrictions: [],
  smtpd_error_sleep_time: 0,
};
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const NOW = Date.UTC(2026, 0, 1);
const CLIENT_ADDRESS = '192.0.2.1';

const certificate: SecureContext = createSecureContext(await throwawayCertificate());
const relay = loadSettings(undefined, { hostname: 'relay.example.jp' });

const clients = new Set<MemoryClient>();
// A connection that is left open has a deadline, which would keep the test file from ending.
after(() => {
  for (const client of clients) client.vanish();
});

export class MemoryListener {
  readonly context: ListenerContext;
  readonly messages: StoredMessage[] = [];

  constructor(settings: Partial<Settings> = {}) {
    const submission = { ...relay.settings, ...relay.services.get('submission'), ...OPEN, ...settings };
    const bodies = new Map<string, Buffer[]>();
    this.context = {
      services: new Map([['submission', submission]]),
      policy: {
        judge: async ({ recipients }) =>
          recipients.map((recipient) =>
            recipient.endsWith('@refused.example')
              ? { kind: 'refuse', reply: r554RelayDenied(recipient) }
              : { kind: 'permit', hold: false },
          ),
      },
      login: {
        salt: async () => ({ salt: Buffer.alloc(16), iterations: 4096 }),
        verify: async (attempt) =>
          'password' in attempt && attempt.password === 'secret'
            ? { kind: 'ok', login: attempt.login, passwordName: 'default' }
            : { kind: 'refused' },
      },
      loginGuard: { check: (_login, _address, verify) => verify(false) },
      certificateLogin: async () => undefined,
      passwordUses: { used: () => {} },
      spool: {
        create: (id) => {
          const chunks: Buffer[] = [];
          bodies.set(id, chunks);
          return {
            write: (chunk) => void chunks.push(chunk),
            seal: async () => {},
            discard: async () => void bodies.delete(id),
          };
        },
      },
      queue: {
        enqueue: async ([entry]) => {
          if (entry !== undefined) this.messages.push(stored(entry, Buffer.concat(bodies.get(entry.body) ?? [])));
        },
      },
      admission: new Admission(submission),
      secureContext: () => certificate,
      now: () => NOW,
      log: SILENT,
    };
  }

  /** A client in the clear that has heard the greeting. */
  async client(): Promise<MemoryClient> {
    const settings = this.context.services.get('submission');
    if (settings === undefined) throw new Error('no service');
    const rates = new ClientRates(settings, this.context.now);
    const client = new MemoryClient();
    clients.add(client);
    const authorized = { xclient: () => false, xforward: () => false };
    const context = { ...this.context, service: 'submission', settings, rates, authorized };
    void new Connection(client.socket, CLIENT_ADDRESS, context, () => {});
    await client.send();
    return client;
  }
}

function stored({ body, sender, recipients, client }: Entry, bytes: Buffer): StoredMessage {
  const text = bytes.toString('latin1');
  const [trace = ''] = /^Received:.*\r\n(?:\t.*\r\n)*/.exec(text) ?? [];
  return {
    sender,
    recipients: recipients.map(({ address }) => address),
    login: client.login,
    trace: trace.replace(body, 'ID'),
    content: text.slice(trace.length),
  };
}

class MemoryClient {
  readonly #stream = new ClientEnd();

  get socket(): Socket {
    return this.#stream as unknown as Socket;
  }

  /** Each packet is read apart, and the relay has come to rest when this resolves. What it said meanwhile. latin1. */
  async send(...packets: readonly (Buffer | string)[]): Promise<string> {
    for (const packet of packets) {
      if (packet.length > 0) this.#stream.push(typeof packet === 'string' ? Buffer.from(packet, 'latin1') : packet);
    }
    do await rest();
    while (this.#stream.readableLength > 0 && !this.closed);
    await rest(); // Replies go out at the end of the turn.
    return this.#stream.written.splice(0).join('');
  }

  /** Sends nothing more, and says what the relay said to that. */
  end(): Promise<string> {
    this.#stream.push(null);
    return this.send();
  }

  /** The relay has ended the connection. */
  get closed(): boolean {
    return this.#stream.writableEnded || this.#stream.destroyed;
  }

  /** Goes away without a word. */
  vanish(): void {
    clients.delete(this);
    this.#stream.destroy();
  }
}

/** What the relay holds of a connection. */
class ClientEnd extends Duplex {
  /** latin1. */
  readonly written: string[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk.toString('latin1'));
    done();
  }
}
