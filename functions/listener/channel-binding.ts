// What tells this TLS connection from any other, for SCRAM-SHA-256-PLUS: a man in the middle has two connections, and a proof
// made for the one is worth nothing on the other. RFC 5929, RFC 9266. Never fails: a type that a connection lacks is undefined.

import { createHash, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '#shared/domain/sasl/exchange.ts';

export function channelBinding(socket: Socket, type: ChannelBindingType): Buffer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const isTls13 = socket.getProtocol() === 'TLSv1.3';
  switch (type) {
    case 'tls-exporter':
      // RFC 9266 §4.2: under 1.2 it would take an extended master secret, which node:tls does not tell us of.
      return isTls13 ? socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : undefined;
    case 'tls-unique':
      // RFC 5929 §3.1: the first Finished message, which is the client's, or ours where the session is resumed.
      if (isTls13) return undefined;
      return socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished();
    case 'tls-server-end-point':
      return certificateHash(socket);
  }
}

/** RFC 5929 §4.1: by the hash of the certificate's signature; SHA-256 in place of MD5 and SHA-1, and where it has none. */
function certificateHash(socket: TLSSocket): Buffer | undefined {
  const certificate = socket.getCertificate();
  if (certificate === null || !('raw' in certificate)) return undefined;
  const { raw } = certificate;
  const hash = /sha-?(384|512)/i.exec(new X509Certificate(raw).signatureAlgorithm ?? '')?.[1] ?? '256';
  return createHash(`sha${hash}`).update(raw).digest();
}
