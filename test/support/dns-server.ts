// A name server for tests, over UDP on loopback: it answers TXT questions from a table that the test gives it, with what the table
// says at that moment, and knows nothing else.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export type DnsServer = {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
};

const HEADER = 12;
const TYPE_TXT = 16;
const CLASS_IN = 1;
/** A response, authoritative. */
const ANSWERED = 0x8400;
/** RFC 1035 §4.1.4: the name is the question's. */
const QUESTION_NAME = 0xc000 | HEADER;
/** RFC 1035 §3.3: octets in a character-string. */
const STRING = 255;

/** `txt`: the values of a name, which is in lower case and has no final dot. */
export async function startDnsServer(txt: (name: string) => readonly string[]): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answer(query, txt), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function answer(query: Buffer, txt: (name: string) => readonly string[]): Buffer {
  const { name, end } = nameIn(query);
  const values = query.readUInt16BE(end) === TYPE_TXT ? txt(name) : [];
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(ANSWERED, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(values.length, 6);
  return Buffer.concat([header, query.subarray(HEADER, end + 4), ...values.map(record)]);
}

/** `end`: where the question's type stands. */
function nameIn(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function record(value: string): Buffer {
  const text = Buffer.from(value);
  const strings: Buffer[] = [];
  for (let at = 0; at < text.length; at += STRING) {
    const part = text.subarray(at, at + STRING);
    strings.push(Buffer.from([part.length]), part);
  }
  const data = Buffer.concat(strings);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(QUESTION_NAME, 0);
  head.writeUInt16BE(TYPE_TXT, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  // A time to live of 0: nobody keeps it.
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
