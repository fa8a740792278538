// PLAIN (RFC 4616): one response, `[authorization identity] NUL user name NUL password`.
// Nobody acts for somebody else here: an authorization identity is taken only where it repeats the user name.

import type { Exchange } from './exchange.ts';
import { field } from './field.ts';

export const plain: Exchange = (response) => {
  // RFC 4954 §4: without an initial response the server's first challenge is empty.
  if (response === undefined) return { kind: 'challenge', challenge: Buffer.alloc(0), next: plain };

  const first = response.indexOf(0);
  const second = first === -1 ? -1 : response.indexOf(0, first + 1);
  if (second === -1) return { kind: 'malformed', reason: 'PLAIN takes two NULs' };

  const authorization = response.subarray(0, first);
  const authentication = response.subarray(first + 1, second);
  const login = field(authentication);
  const password = field(response.subarray(second + 1));
  if (login === undefined) return { kind: 'malformed', reason: 'bad user name' };
  if (password === undefined) return { kind: 'malformed', reason: 'bad password' };
  if (authorization.length > 0 && !authorization.equals(authentication)) {
    return { kind: 'malformed', reason: 'the authorization identity differs from the user name' };
  }
  return { kind: 'attempt', attempt: { mechanism: 'PLAIN', login, password } };
};
