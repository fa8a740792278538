// LOGIN (draft-murchison-sasl-login-00): the server asks for the user name, then for the password.
// No RFC describes it, and clients look at the challenges' exact words. An initial response is the user name.

import type { Exchange } from './exchange.ts';
import { field } from './field.ts';

export const login: Exchange = (response) =>
  response === undefined
    ? { kind: 'challenge', challenge: Buffer.from('Username:'), next: takeUserName }
    : takeUserName(response);

const takeUserName: Exchange = (response) => {
  const name = field(response);
  if (name === undefined) return { kind: 'malformed', reason: 'bad user name' };
  return { kind: 'challenge', challenge: Buffer.from('Password:'), next: takePassword(name) };
};

function takePassword(name: string): Exchange {
  return (response) => {
    const password = field(response);
    if (password === undefined) return { kind: 'malformed', reason: 'bad password' };
    return { kind: 'attempt', attempt: { mechanism: 'LOGIN', login: name, password } };
  };
}
