// A scripted SMTP server for tests of the client side: real sockets, replies of the test's choice, the message's octets kept.
// It is no model of a server: it checks nothing that a test does not ask for.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export type SinkMessage = {
  /** The command lines. */
  readonly mail: string;
  readonly rcpt: readonly string[];
  /** Between 354 and the final dot, still dot-stuffed. */
  readonly data: Buffer;
  readonly tls: boolean;
  /** Which connection brought it, from 1. */
  readonly connection: number;
};

export type SinkOptions = {
  /** Left out for one that is free. */
  readonly port?: number;
  /** EHLO's keywords. */
  readonly extensions?: readonly string[];
  /**
   * The reply to a command line, to `(greeting)` and to `(message)`; undefined for the usual one, `close` breaks the connection.
   */
  readonly reply?: (command: string, connection: number) => string | undefined;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** TLS from the first byte. */
  readonly wrapped?: boolean;
};

export type SmtpSink = {
  readonly port: number;
  readonly messages: readonly SinkMessage[];
  /** Every command line of every connection. */
  readonly commands: readonly string[];
  readonly connections: number;
  close(): Promise<void>;
};

const EXTENSIONS = ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'ENHANCEDSTATUSCODES'];
const END_OF_DATA = '\r\n.\r\n';

export async function startSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const messages: SinkMessage[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}).once('close', () => sockets.delete(socket)));
    new Connection(socket, connections, options, { messages, commands }).greet();
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    commands,
    get connections() {
      return connections;
    },
    async close() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

class Connection {
  readonly #number: number;
  readonly #options: SinkOptions;
  readonly #kept: { readonly messages: SinkMessage[]; readonly commands: string[] };
  #socket: Socket;
  #input = Buffer.alloc(0);
  #isData = false;
  #mail = '';
  #rcpt: string[] = [];

  constructor(
    socket: Socket,
    number: number,
    options: SinkOptions,
    kept: { messages: SinkMessage[]; commands: string[] },
  ) {
    this.#number = number;
    this.#options = options;
    this.#kept = kept;
    this.#socket = options.wrapped === true ? this.#overTls(socket) : socket;
  }

  greet(): void {
    this.#listen();
    this.#say('(greeting)', '220 sink ESMTP');
  }

  #listen(): void {
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => {
      this.#input = Buffer.concat([this.#input, chunk]);
      while (this.#isData ? this.#message() : this.#command());
    });
  }

  #command(): boolean {
    const end = this.#input.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#input.toString('latin1', 0, end);
    this.#input = this.#input.subarray(end + 2);
    this.#kept.commands.push(line);
    const verb = /^[a-z]*/i.exec(line)?.[0].toUpperCase() ?? '';
    const reply = this.#say(line, this.#usualReply(verb));
    if (verb === 'MAIL') this.#mail = line;
    if (verb === 'MAIL' || verb === 'RSET') this.#rcpt = [];
    if (verb === 'RCPT' && reply.startsWith('2')) this.#rcpt.push(line);
    if (verb === 'DATA') this.#isData = reply.startsWith('3');
    if (verb === 'QUIT') this.#socket.end();
    if (verb === 'STARTTLS' && reply.startsWith('2')) this.#startTls();
    return true;
  }

  #message(): boolean {
    // An empty message is nothing but its final dot.
    const end = this.#input.indexOf('.\r\n') === 0 ? 0 : this.#input.indexOf(END_OF_DATA) + 2;
    if (end === 1) return false;
    const data = Buffer.from(this.#input.subarray(0, end));
    this.#input = this.#input.subarray(end + 3);
    this.#isData = false;
    const reply = this.#say('(message)', '250 2.0.0 Ok: queued as 1');
    const tls = this.#socket instanceof TLSSocket;
    if (reply.startsWith('2'))
      this.#kept.messages.push({ mail: this.#mail, rcpt: this.#rcpt, data, tls, connection: this.#number });
    return true;
  }

  #say(command: string, usual: string): string {
    const reply = this.#options.reply?.(command, this.#number) ?? usual;
    if (reply === 'close') this.#socket.destroy();
    else this.#socket.write(`${reply}\r\n`);
    return reply;
  }

  #usualReply(verb: string): string {
    const keywords = ['sink', ...(this.#options.extensions ?? EXTENSIONS)];
    switch (verb) {
      case 'EHLO':
        return keywords.map((keyword, i) => `250${i < keywords.length - 1 ? '-' : ' '}${keyword}`).join('\r\n');
      case 'AUTH':
        return '235 2.7.0 Authentication successful';
      case 'DATA':
        return this.#rcpt.length > 0 ? '354 End data with <CR><LF>.<CR><LF>' : '554 5.5.1 Error: no valid recipients';
      case 'STARTTLS':
        return '220 2.0.0 Ready to start TLS';
      case 'QUIT':
        return '221 2.0.0 Bye';
      default:
        return '250 2.0.0 Ok';
    }
  }

  #startTls(): void {
    this.#socket.removeAllListeners('data');
    this.#socket = this.#overTls(this.#socket);
    this.#listen();
  }

  #overTls(socket: Socket): TLSSocket {
    return new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(this.#options.tls) });
  }
}
