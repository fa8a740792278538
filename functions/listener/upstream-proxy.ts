// What stands before a session behind a proxy: the PROXY header, which says whom the proxy speaks for. It takes the header from
// the socket and leaves everything behind it there. A header that is wrong or late ends the connection without a word.

import type { Socket } from 'node:net';
import { parseProxyHeader } from '#shared/domain/smtp/proxy-header.ts';

/** The client's address; or why there is none: `gone` is a connection that was closed, as health checks do. */
export type Introduction = { readonly address: string } | 'malformed' | 'late' | 'gone';

/** `timeout`: milliseconds. A proxy that speaks for itself is its own client. Unless there is an address, the socket is destroyed. */
export async function readIntroduction(socket: Socket, timeout: number): Promise<Introduction> {
  const { promise, resolve } = Promise.withResolvers<Introduction>();
  let bytes: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) bytes = Buffer.concat([bytes, chunk]);
    const header = parseProxyHeader(bytes);
    if (header === 'malformed') resolve('malformed');
    if (typeof header !== 'object') return;
    socket.off('readable', onReadable);
    if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length));
    resolve({ address: header.client ?? socket.remoteAddress ?? '' });
  };
  const onGone = (): void => resolve('gone');
  const timer = setTimeout(() => resolve('late'), timeout);
  socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onGone);
  const introduction = await promise;
  clearTimeout(timer);
  socket.off('readable', onReadable).off('end', onGone).off('close', onGone);
  if (typeof introduction === 'string') socket.destroy();
  else socket.off('error', onGone);
  return introduction;
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
