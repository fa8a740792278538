// What the trace header may say of a TLS connection. How keys were exchanged, and what the server signed with, Node does not tell
// a server. Never fails: what a certificate lacks is empty.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsFacts } from '#shared/domain/message/received.ts';

export function tlsFacts(socket: Socket): TlsFacts | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { name: cipher } = socket.getCipher();
  const certificate = certificateOf(socket);
  return {
    protocol: socket.getProtocol() ?? '',
    cipher,
    bits: /AES_?128/.test(cipher) ? 128 : 256,
    ...(certificate !== undefined && { certificate }),
  };
}

function certificateOf(socket: TLSSocket): TlsFacts['certificate'] {
  const shown = socket.getPeerX509Certificate();
  return shown && { subject: commonName(shown.subject), issuer: commonName(shown.issuer) };
}

/** Of a name with one attribute a line. */
function commonName(name: string | undefined): string {
  return /^CN=(.*)$/m.exec(name ?? '')?.[1] ?? '';
}
