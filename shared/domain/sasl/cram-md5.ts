// CRAM-MD5 (RFC 2195): the server sends a challenge that it never repeats, `<digits.digits@host>`; the client answers
// `user name SP digest`, the digest being the challenge's HMAC-MD5 under the password, in 32 hex digits.
// A home Postfix with its default security options (noplaintext) logs in with this and with nothing weaker.

import type { Exchange } from './exchange.ts';
import { field } from './field.ts';

const SPACE = 0x20;

/** `challenge` is the text as it was before base64, angle brackets included. */
export function cramMd5(challenge: string): Exchange {
  return (response) =>
    response === undefined
      ? { kind: 'challenge', challenge: Buffer.from(challenge), next: takeDigest(challenge) }
      : { kind: 'malformed', reason: 'CRAM-MD5 takes no initial response' };
}

function takeDigest(challenge: string): Exchange {
  return (response) => {
    // RFC 2195 §2: a user name may hold spaces, a digest never does.
    const space = response?.lastIndexOf(SPACE) ?? -1;
    if (response === undefined || space === -1) return { kind: 'malformed', reason: 'no space before the digest' };

    const login = field(response.subarray(0, space));
    const digest = response.subarray(space + 1).toString('latin1');
    if (login === undefined) return { kind: 'malformed', reason: 'bad user name' };
    if (!/^[0-9a-f]{32}$/i.test(digest)) return { kind: 'malformed', reason: 'the digest is not 32 hex digits' };
    return { kind: 'attempt', attempt: { mechanism: 'CRAM-MD5', login, challenge, digest } };
  };
}
