// One client's session: octets come in by client-stream.ts, become lines and bodies for the session engine, and its replies go
// back. It does what the engine's effects ask, one at a time: while one is under way no further line is stepped. Whatever goes
// wrong in an effect is one message's or one login's temporary failure.

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '#shared/domain/message/envelope.ts';
import { countedEvent, isRcpt } from '#shared/domain/smtp/command.ts';
import { type Line, LineBuffer } from '#shared/domain/smtp/lines.ts';
import { r221Bye } from '#shared/domain/smtp/reply.ts';
import {
  type Effect,
  type Input,
  newSession,
  type SecureBeginning,
  type Session,
} from '#shared/domain/smtp/session.ts';
import { step } from '#shared/domain/smtp/step.ts';
import { ClientStream } from './client-stream.ts';
import type { ConnectionContext } from './connection-context.ts';
import { Deadline } from './deadline.ts';
import { Effects } from './effects.ts';
import type { IncomingMessage } from './incoming.ts';
import { randomOctets } from './random.ts';
import { ChunkBody, ChunkedMessage, DottedBody, type Reception } from './reception.ts';

/** RFC 4954 §4: an AUTH response may be longer than a command. */
const SASL_LINE_LIMIT = 12288 + 2;
/** Octets that wait here before the socket is told to wait too. */
const INPUT_LIMIT = 64 * 1024;

export class Connection {
  readonly #context: ConnectionContext;
  readonly #onClose: () => void;
  readonly #effects: Effects;
  readonly #deadline: Deadline;
  readonly #lines = new LineBuffer();
  readonly #stream: ClientStream;
  #session: Session;
  readonly #mayXforward: boolean;
  /** The octets that are coming are a message's. */
  #reception: Reception | undefined;
  /** The message of which chunks have come, between them too. */
  #chunked: ChunkedMessage | undefined;
  #output = '';
  /** What must come before the next line: an effect's result or a pause, or the client's handshake or its reading of replies. */
  #waitingFor: 'effect' | 'handshake' | 'drain' | undefined;
  #inputEnded = false;
  #stopping = false;
  #closing = false;

  /** `address`: the client's, which a proxy may have said. */
  constructor(socket: Socket, address: string, context: ConnectionContext, onClose: () => void) {
    const random = randomOctets(8);
    this.#context = context;
    this.#onClose = onClose;
    this.#effects = new Effects(context, random.toString('hex'), address);
    this.#mayXforward = context.authorized.xforward(address);
    this.#session = newSession({
      service: context.service,
      settings: context.settings,
      client: { address, name: 'unknown' },
      nonce: random.readBigUInt64BE().toString(),
      tls: context.settings.smtpd_tls_wrappermode,
    });
    this.#stream = new ClientStream(socket, {
      received: (chunk) => this.#receive(chunk),
      inputEnded: () => this.#inputHasEnded(),
      broken: (error) => this.#effects.broken(error),
      closed: () => this.#closed(),
    });
    this.#deadline = new Deadline(context.settings.smtpd_timeout, () => this.#timedOut());
    if (context.settings.smtpd_tls_wrappermode) this.#startTls(this.#connect());
    else this.#advance(this.#connect());
  }

  /** XCLIENT changes who the client is taken for, and with that what it may say; but XFORWARD stays its own. */
  #connect(): SecureBeginning {
    const { authorized } = this.#context;
    const { address } = this.#session.client;
    return { kind: 'connect', mayXclient: authorized.xclient(address), mayXforward: this.#mayXforward };
  }

  /** Ends the session as soon as the message under way, if any, has been answered. */
  stop(): void {
    this.#stopping = true;
    if (this.#waitingFor === 'handshake') this.destroy();
    else if (this.#waitingFor === undefined && !this.#isInMessage) this.#pump();
  }

  /** Between two of its chunks, too. */
  get #isInMessage(): boolean {
    return this.#reception !== undefined || this.#chunked !== undefined;
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#closing) return;
    this.#lines.push(chunk);
    if (this.#waitingFor === undefined) this.#pump();
    else if (this.#lines.length > INPUT_LIMIT) this.#stream.pause();
  }

  #inputHasEnded(): void {
    this.#inputEnded = true;
    if (this.#waitingFor === 'handshake') this.destroy();
    else if (this.#waitingFor === undefined) this.#pump();
  }

  /** Feeds what has arrived to the message or to the session, until something must be waited for. */
  #pump(): void {
    while (this.#waitingFor === undefined && !this.#closing) {
      if (this.#reception !== undefined) {
        if (this.#lines.length === 0 && !this.#reception.isEmpty) break;
        this.#feed(this.#reception, this.#lines.take());
        continue;
      }
      if (this.#stopping && !this.#isInMessage) {
        this.#step({ kind: 'shutdown' });
        break;
      }
      const { exchange } = this.#session;
      const line = this.#lines.next(exchange ? SASL_LINE_LIMIT : this.#context.settings.line_length_limit);
      if (line === undefined) break;
      if (line.kind === 'tooLong') this.#step({ kind: 'lineTooLong' });
      else this.#stepLine(line);
    }
    if (this.#waitingFor !== undefined || this.#closing) return;
    this.#flush();
    if (this.#inputEnded) this.#end();
    else if (this.#stream.isClogged) this.#awaitDrain();
    else this.#stream.resume();
  }

  #stepLine({ text: line, bareLf }: Line & { kind: 'line' }): void {
    const next = isRcpt(line) ? this.#lines.peek(this.#context.settings.line_length_limit) : undefined;
    const rcptFollows = next !== undefined && isRcpt(next);
    const { admission, rates } = this.#context;
    const event = this.#session.exchange === undefined ? countedEvent(line) : undefined;
    const overRate = event !== undefined && rates.isOver(event, this.#session.client.address);
    const moreFollows = this.#lines.length > 0;
    this.#step({ kind: 'line', line, bareLf, rcptFollows, moreFollows, overRate, room: admission.room });
  }

  #feed(reception: Reception, bytes: Buffer): void {
    this.#deadline.extend((bytes.length * 1000) / this.#context.settings.smtpd_min_data_rate);
    const { rest, ready } = reception.push(bytes);
    if (rest !== undefined) {
      if (rest.length > 0) this.#lines.push(rest);
      this.#reception = undefined;
      const end = reception.end();
      if (end.kind === 'messageEnd') this.#chunked = undefined;
      this.#step(end, reception.message);
    }
    if (ready !== undefined && this.#waitingFor === undefined && !this.#closing) {
      this.#stream.pause();
      // A failed write shows itself again when the body is sealed.
      const goOn = (): undefined => undefined;
      this.#wait(ready.then(goOn, goOn));
    }
  }

  /** What was waited for is there: steps it, and goes on with what has arrived meanwhile. */
  #advance(input?: Input): void {
    this.#waitingFor = undefined;
    if (this.#closing || this.#stream.isDestroyed) return;
    this.#deadline.restart();
    if (input !== undefined) this.#step(input);
    this.#pump();
  }

  #step(input: Input, message?: IncomingMessage): void {
    this.#deadline.restart();
    const { session, replies, effect } = step(this.#session, input);
    this.#session = session;
    for (const reply of replies) {
      this.#output += reply.wire;
      if (reply.code >= 400) this.#effects.refused(reply);
      if (reply.close) this.#closing = true;
    }
    if (typeof session.chunks !== 'number') this.#forgetChunks();
    if (this.#closing) return this.#end(replies.at(-1) === r221Bye);
    if (effect !== undefined) this.#perform(effect, message);
    if (replies.some((reply) => reply.code >= 400)) this.#slowDown();
  }

  #perform(effect: Effect, message: IncomingMessage | undefined): void {
    switch (effect.kind) {
      case 'startTls':
        // What was sent behind STARTTLS in the clear is no command (RFC 3207 §6, CVE-2011-0411).
        this.#lines.take();
        this.#flush();
        this.#startTls({ kind: 'tlsStarted' });
        break;
      case 'beginAgain':
        this.#effects.clientIs(this.#session.client.address);
        this.#step(this.#connect());
        break;
      case 'receiveBody':
        this.#reception = new DottedBody(this.#receiveBody(effect.envelope));
        break;
      case 'receiveChunk':
        if (effect.envelope !== undefined) {
          this.#chunked ??= new ChunkedMessage(this.#receiveBody(effect.envelope));
        }
        this.#reception = new ChunkBody(effect, effect.envelope && this.#chunked);
        break;
      case 'discard':
        if (message !== undefined) this.#effects.discard(message);
        break;
      case 'beginScram':
        this.#wait(this.#effects.beginScram(effect, (type) => this.#stream.channelBinding(type)));
        break;
      case 'checkLogin':
        this.#wait(this.#effects.checkLogin(effect.attempt));
        break;
      case 'judge':
        this.#wait(this.#effects.judge(effect.request));
        break;
      case 'store':
        if (message !== undefined) this.#wait(this.#effects.store(message, this.#session, effect));
        break;
    }
  }

  #receiveBody(envelope: Envelope): IncomingMessage {
    return this.#effects.receiveBody(this.#session, envelope, () => this.#stream.tlsFacts);
  }

  /** RSET, or a chunk that was refused: the message will not become whole. */
  #forgetChunks(): void {
    if (this.#chunked !== undefined) this.#effects.discard(this.#chunked.message);
    this.#chunked = undefined;
  }

  #wait(result: Promise<Input | undefined>): void {
    this.#waitingFor = 'effect';
    void result.then((input) => this.#advance(input));
  }

  #startTls(beginning: SecureBeginning): void {
    this.#waitingFor = 'handshake';
    const { secureContext, settings } = this.#context;
    this.#stream.startTls(secureContext(), settings.smtpd_tls_ask_ccert, (certificate) => {
      if (certificate === undefined) this.#advance(beginning);
      else void this.#effects.knowCertificate(certificate, beginning).then((known) => this.#secured(known));
    });
  }

  #secured(beginning: SecureBeginning | undefined): void {
    if (beginning === undefined) this.destroy();
    else this.#advance(beginning);
  }

  /** Replies that are ready go out in one write. */
  #flush(): void {
    if (this.#output === '') return;
    this.#stream.write(this.#output);
    this.#output = '';
  }

  /** A client that sends and does not read is not read either: its replies would fill our memory. */
  #awaitDrain(): void {
    this.#waitingFor = 'drain';
    this.#stream.onceDrained(() => this.#advance());
  }

  /** Behind smtpd_soft_error_limit refusals cost the client smtpd_error_sleep_time. */
  #slowDown(): void {
    const { smtpd_soft_error_limit: limit, smtpd_error_sleep_time: pause } = this.#context.settings;
    if (this.#session.errors > limit && pause > 0) this.#wait(sleep(pause));
  }

  #timedOut(): void {
    if (this.#waitingFor === 'effect' || this.#closing) return; // The client waits for us, or its end is near.
    if (this.#waitingFor === undefined) this.#step({ kind: 'timeout' });
    else this.destroy();
  }

  #end(hasQuit = false): void {
    this.#flush();
    this.#closing = true;
    this.#stream.end({ isSilent: hasQuit && this.#lines.length === 0 });
  }

  #closed(): void {
    this.#closing = true;
    this.#deadline.stop();
    const message = this.#chunked?.message ?? this.#reception?.message;
    if (message !== undefined) this.#effects.discard(message);
    this.#chunked = undefined;
    this.#reception = undefined;
    this.#effects.closed();
    this.#onClose();
  }
}
