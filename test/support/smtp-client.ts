// An SMTP client for tests that says exactly what a test tells it to, over a real socket: no message is rewritten, no reply
// interpreted. Replies come in order; whoever waits for one when the connection ends gets the error `connection closed`.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, TLSSocket } from 'node:tls';

export type SmtpReply = {
  readonly code: number;
  /** All lines without their line ends: `250-…`, then `250 …`. */
  readonly lines: readonly string[];
  /** The last line without its code: `2.0.0 Ok: queued as …`. */
  readonly text: string;
};

export type Account = { readonly login: string; readonly password: string };

export type TestMessage = {
  readonly from: string;
  readonly to: readonly string[];
  /** With CRLF line ends; dots are stuffed on the way. */
  readonly content: Buffer;
};

export class SmtpClient {
  #socket: Socket;
  #input = '';
  #lines: string[] = [];
  #isClosed = false;
  readonly #replies: SmtpReply[] = [];
  readonly #waiting: PromiseWithResolvers<SmtpReply>[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Connects in the clear, from an address of this machine; the greeting is the first reply. */
  static async connect(port: number, from = '127.0.0.1'): Promise<SmtpClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
    await once(socket, 'connect');
    return new SmtpClient(socket);
  }

  /** Connects under TLS from the first byte. */
  static async connectTls(port: number, options: ConnectionOptions = {}): Promise<SmtpClient> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    return new SmtpClient(socket);
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  async command(line: string): Promise<SmtpReply> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** The next reply, or the one after those that are waited for. */
  reply(): Promise<SmtpReply> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    const waiting = Promise.withResolvers<SmtpReply>();
    if (this.#isClosed) waiting.reject(new Error('connection closed'));
    else this.#waiting.push(waiting);
    return waiting.promise;
  }

  /** Behind the reply to STARTTLS. */
  async startTls(options: ConnectionOptions = {}): Promise<void> {
    this.#socket.removeAllListeners();
    this.#socket = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options });
    await once(this.#socket, 'secureConnect');
    this.#listen();
  }

  /** The channel binding tls-exporter of this end (RFC 9266); empty in the clear. */
  tlsExporter(): Buffer {
    if (!(this.#socket instanceof TLSSocket)) return Buffer.alloc(0);
    return this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }

  /** Resolves when the other side has closed the connection. */
  async closed(): Promise<void> {
    if (!this.#isClosed) await once(this.#socket, 'close');
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket
      .on('error', () => {})
      .on('data', (chunk: Buffer) => this.#receive(chunk.toString('latin1')))
      .on('close', () => {
        this.#isClosed = true;
        for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error('connection closed'));
      });
  }

  #receive(text: string): void {
    const lines = (this.#input + text).split('\r\n');
    this.#input = lines.pop() ?? '';
    for (const line of lines) {
      this.#lines.push(line);
      if (line[3] === '-') continue;
      const reply = { code: Number(line.slice(0, 3)), lines: this.#lines, text: line.slice(4) };
      this.#lines = [];
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#replies.push(reply);
      else waiting.resolve(reply);
    }
  }
}

/** A session on a submission port that is ready for MAIL: STARTTLS, then AUTH PLAIN. Rejects if the login is refused. */
export async function logIn(port: number, account: Account, from?: string): Promise<SmtpClient> {
  const client = await SmtpClient.connect(port, from);
  await client.reply();
  await client.command('EHLO home.example.jp');
  await client.command('STARTTLS');
  await client.startTls();
  await client.command('EHLO home.example.jp');
  const reply = await client.command(`AUTH PLAIN ${plain(account)}`);
  if (reply.code === 235) return client;
  client.vanish();
  throw new Error(`login refused: ${reply.lines.join(' ')}`);
}

function plain({ login, password }: Account): string {
  return Buffer.from(`\0${login}\0${password}`).toString('base64');
}

/** MAIL, RCPT and DATA, one after the other; gives the reply to the message, or the first refusal on the way. */
export async function sendMessage(client: SmtpClient, { from, to, content }: TestMessage): Promise<SmtpReply> {
  const commands = [`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA'];
  for (const command of commands) {
    const reply = await client.command(command);
    if (reply.code >= 400) return reply;
  }
  client.send(stuffed(content));
  return client.reply();
}

/** What goes out behind 354 (RFC 5321 §4.5.2). */
export function stuffed(content: Buffer): Buffer {
  const text = content.toString('latin1');
  const end = text === '' || text.endsWith('\r\n') ? '.\r\n' : '\r\n.\r\n';
  return Buffer.from(text.replace(/^\.|(?<=\r\n)\./g, '..') + end, 'latin1');
}
