// SCRAM-SHA-256's client (RFC 5802 §3), written from the RFC and on its own, for tests of the server.

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

type ScramClient = {
  readonly password: string;
  /** `n=user,r=nonce`. */
  readonly bare: string;
  /** The gs2 header and, behind it, the channel's binding. */
  readonly header: Buffer;
};

/** The client's final message to a server's first one, and the server's final message that must follow. */
export function answerScram(
  { password, bare, header }: ScramClient,
  serverFirst: string,
): { final: string; server: string } {
  const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const withoutProof = `c=${header.toString('base64')},r=${nonce}`;
  const authMessage = `${bare},${serverFirst},${withoutProof}`;
  const mask = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ mask.readUInt8(i)));
  return {
    final: `${withoutProof},p=${proof.toString('base64')}`,
    server: `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`,
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
