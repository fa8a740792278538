// The octets to and from one client: its socket, in the clear or under TLS. It owns the socket, the handshake, back-pressure
// and the end of the connection, and knows nothing of SMTP. What fails on the way ends in `closed`, once.

import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { TlsFacts } from '#shared/domain/message/received.ts';
import type { ChannelBindingType } from '#shared/domain/sasl/exchange.ts';
import { channelBinding } from './channel-binding.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { tlsFacts } from './tls-facts.ts';

/** Told to whoever speaks with the client. */
export type ClientStreamEvents = {
  received(chunk: Buffer): void;
  /** The client will send nothing more. */
  inputEnded(): void;
  broken(error: Error): void;
  /** Nothing follows. */
  closed(): void;
};

/** How long a client may take to close behind our last reply, whatever it still sends. Milliseconds. */
const CLOSE_TIMEOUT = 5000;
/** Octets of replies that do not wait for the end of the turn. */
const WRITE_AT_ONCE = 16 * 1024;

export class ClientStream {
  readonly #events: ClientStreamEvents;
  #socket: Socket;
  #ending: NodeJS.Timeout | undefined;
  #unwritten = '';

  constructor(socket: Socket, events: ClientStreamEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#listen();
  }

  readonly #onData = (chunk: Buffer): void => this.#events.received(chunk);
  readonly #onEnd = (): void => this.#events.inputEnded();
  readonly #onError = (error: Error): void => this.#events.broken(error);
  readonly #onClose = (): void => {
    clearTimeout(this.#ending);
    this.#events.closed();
  };

  #listen(): void {
    this.#socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
  }

  #unlisten(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
  }

  /**
   * From here on everything is under TLS; `then`: when the handshake is done. A certificate that the client shows is only
   * taken: who signed it is not asked.
   */
  startTls(
    secureContext: SecureContext,
    requestCert: boolean,
    then: (certificate: X509Certificate | undefined) => void,
  ): void {
    this.#flush();
    this.#unlisten();
    this.#socket.pause(); // What came behind a PROXY header waits in the socket, and is the handshake's.
    const secure = new TLSSocket(this.#socket, {
      isServer: true,
      secureContext,
      requestCert,
      rejectUnauthorized: false,
    });
    this.#socket = secure;
    this.#listen();
    // A resumed session may bring one that it was not asked for here.
    secure.once('secure', () => then(requestCert ? secure.getPeerX509Certificate() : undefined));
  }

  channelBinding(type: ChannelBindingType): Buffer | undefined {
    return channelBinding(this.#socket, type);
  }

  /** Undefined in the clear. */
  get tlsFacts(): TlsFacts | undefined {
    return tlsFacts(this.#socket);
  }

  /** `text`: latin1. It goes out with all that is written in this turn of the event loop. */
  write(text: string): void {
    if (this.#unwritten === '') atEndOfTurn(this.#flush);
    this.#unwritten += text;
    if (this.#unwritten.length >= WRITE_AT_ONCE) this.#flush();
  }

  readonly #flush = (): void => {
    if (this.#unwritten === '') return;
    if (!this.#socket.destroyed) this.#socket.write(this.#unwritten, 'latin1');
    this.#unwritten = '';
  };

  /** The client does not read what we write. */
  get isClogged(): boolean {
    return this.#socket.writableNeedDrain;
  }

  onceDrained(then: () => void): void {
    this.#socket.once('drain', then);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /**
   * Behind our last reply. What the client still sends is thrown away until it closes, since octets that come to a closed socket
   * reset the connection, and the reply with it. `isSilent`: it sends nothing more; but under TLS its close_notify.
   */
  end({ isSilent }: { readonly isSilent: boolean }): void {
    this.#flush();
    this.#ending ??= setTimeout(() => this.destroy(), CLOSE_TIMEOUT);
    if (isSilent && !(this.#socket instanceof TLSSocket)) return void this.#socket.end(() => this.destroy());
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  get isDestroyed(): boolean {
    return this.#socket.destroyed;
  }
}
