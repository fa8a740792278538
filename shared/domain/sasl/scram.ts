// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the server's side. Three messages of the client: its name and
// nonce; its proof; and an empty one that acknowledges our signature, since SMTP's 235 carries no data (RFC 4954 §4).
// What the exchange needs from outside (salt, our half of the nonce, the connection's channel binding) it asks for behind the
// first message. Names are compared as they come: an account's name is ASCII, where SASLprep (RFC 4013) changes nothing.

import { isUtf8 } from 'node:buffer';
import type { ChannelBindingType, Exchange, SaslStep, ScramAttempt } from './exchange.ts';
import { field } from './field.ts';

/** gs2-header, then client-first-message-bare without its extensions (RFC 5802 §7). Mandatory ones (`m=`) nobody knows. */
const FIRST = /^((?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,]+))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s;
/** client-final-message: what the proof is of, and the proof. */
const FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?),p=([A-Za-z0-9+/]{43}=)$/s;

const BINDING_TYPES: readonly string[] = [
  'tls-exporter',
  'tls-unique',
  'tls-server-end-point',
] satisfies ChannelBindingType[];

/** `plusAnnounced`: the client could have had channel binding on this connection. */
export function scram(mechanism: ScramAttempt['mechanism'], plusAnnounced: boolean): Exchange {
  const takeFirst: Exchange = (response) => {
    // RFC 4954 §4: without an initial response the server's first challenge is empty.
    if (response === undefined) return { kind: 'challenge', challenge: Buffer.alloc(0), next: takeFirst };
    const [, header = '', flag, bindingName, authorization, bare = '', name = '', clientNonce = ''] =
      FIRST.exec(textOf(response)) ?? [];
    if (header === '') return malformed('bad first message');
    const login = decodeName(name);
    if (login === undefined) return malformed('bad user name');
    if (authorization !== undefined && authorization !== name) {
      return malformed('the authorization identity differs from the user name');
    }
    // RFC 5802 §6: a client that would bind and believes that we cannot was lied to about what we announce.
    if (flag === 'y' && plusAnnounced) return malformed('PLUS was taken out of what we announced');
    if ((bindingName !== undefined) !== (mechanism === 'SCRAM-SHA-256-PLUS')) {
      return malformed('channel binding is what PLUS is for');
    }
    if (bindingName !== undefined && !isBindingType(bindingName)) return malformed('unknown channel binding');
    return {
      kind: 'beginning',
      login,
      ...(bindingName !== undefined && { binding: bindingName }),
      next: ({ nonce, salt, iterations, channelBinding }) => {
        if (bindingName !== undefined && channelBinding === undefined) return malformed('no such channel binding here');
        const serverFirst = `r=${clientNonce}${nonce},s=${salt.toString('base64')},i=${iterations}`;
        return {
          kind: 'challenge',
          challenge: Buffer.from(serverFirst),
          next: takeProof({
            mechanism,
            login,
            binding: Buffer.concat([Buffer.from(header), channelBinding ?? Buffer.alloc(0)]).toString('base64'),
            nonce: clientNonce + nonce,
            soFar: `${bare},${serverFirst}`,
          }),
        };
      },
    };
  };
  return takeFirst;
}

type Expected = {
  readonly mechanism: ScramAttempt['mechanism'];
  readonly login: string;
  /** The gs2 header and the channel's binding, as the client must repeat them: base64. */
  readonly binding: string;
  readonly nonce: string;
  readonly soFar: string;
};

function takeProof({ mechanism, login, binding, nonce, soFar }: Expected): Exchange {
  return (response) => {
    const [, withoutProof, sentBinding, sentNonce, proof = ''] = FINAL.exec(textOf(response)) ?? [];
    if (withoutProof === undefined) return malformed('bad final message');
    if (sentNonce !== nonce) return malformed('another nonce');
    if (sentBinding !== binding) return malformed('another channel');
    const authMessage = `${soFar},${withoutProof}`;
    return { kind: 'attempt', attempt: { mechanism, login, authMessage, proof: Buffer.from(proof, 'base64') } };
  };
}

/** The server's final message, which proves to the client that we know its password's verifier, too. */
export function signed(login: string, serverSignature: Buffer): SaslStep {
  return {
    kind: 'challenge',
    challenge: Buffer.from(`v=${serverSignature.toString('base64')}`),
    next: (response) => (response?.length === 0 ? { kind: 'loggedIn', login } : malformed('an empty response is due')),
  };
}

/** RFC 5802 §5.1: in a name `=2C` is a comma and `=3D` an equals sign. */
function decodeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return field(Buffer.from(name.replaceAll('=2C', ',').replaceAll('=3D', '=')));
}

/** Empty where it is no UTF-8 or holds a NUL. */
function textOf(response: Buffer | undefined): string {
  return response === undefined || response.includes(0) || !isUtf8(response) ? '' : response.toString('utf8');
}

function isBindingType(name: string): name is ChannelBindingType {
  return BINDING_TYPES.includes(name);
}

function malformed(reason: string): SaslStep {
  return { kind: 'malformed', reason };
}
