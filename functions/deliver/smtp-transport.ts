// The transport `smtp`: hands mail to the smarthost that the setting relayhost names, with SASL and TLS as Postfix's smtp(8).
// Each recipient gets its own outcome. A 4yz reply defers, a 5yz reply fails; a host that cannot be reached, breaks off or
// refuses the login is the transport's trouble. A message's body streams through and is never held whole.
// A session is kept for some seconds for the next message; RSET proves that it still lives.

import { Readable } from 'node:stream';
import { parseRelayhost, type Relayhost } from '#shared/config/mail-values.ts';
import type { Settings } from '#shared/config/settings.ts';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import { findSaslLogin, type SaslLogin } from '#shared/domain/delivery/sasl-passwords.ts';
import { unavailable } from '#shared/domain/delivery/smtp-replies.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import type { Body } from '#shared/ports/spool.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { nextHops } from './next-hops.ts';
import { SessionCache } from './session-cache.ts';
import { outcomesOfFailure, outcomesOfSuccess } from './smtp-outcomes.ts';
import { SmtpSession } from './smtp-session.ts';

export type SmtpSettings = Pick<
  Settings,
  'relayhost' | 'smtp_helo_name' | 'smtp_tls_security_level' | 'smtp_connect_timeout'
>;

/** The text of smtp_sasl_password_maps, as it is now; undefined for no login. What it rejects with defers the mail. */
export type RelayhostPasswords = () => Promise<string | undefined>;

/** `passwords` is asked for every new session. Throws if the settings cannot work: no relayhost. */
export function createSmtpTransport(settings: SmtpSettings, passwords: RelayhostPasswords): Transport {
  const relayhost = parseRelayhost(settings.relayhost);
  if (relayhost === undefined) throw new Error(`relayhost: "${settings.relayhost}" is no next hop; write [host]:port`);
  const sessions = new SessionCache(async () => {
    const login = findSaslLogin((await passwords()) ?? '', [relayhost.host, settings.relayhost]);
    return openSession(relayhost, login, settings);
  });
  const { host, port } = relayhost;

  async function send(
    entry: Entry,
    recipients: readonly string[],
    body: Body,
    signal?: AbortSignal,
  ): Promise<Outcome[]> {
    let session: SmtpSession;
    try {
      session = await sessions.take();
    } catch (error) {
      return recipients.map(() => unavailable(`connect to ${host}:${port}: ${(error as Error).message}`));
    }
    const envelope = {
      from: entry.sender,
      to: [...recipients],
      size: body.size,
      use8BitMime: entry.bodyType === '8BITMIME',
    };
    const breakOff = (): void => session.close();
    signal?.addEventListener('abort', breakOff);
    try {
      signal?.throwIfAborted();
      const info = await session.send(envelope, Readable.from(body.chunks(), { objectMode: false }));
      sessions.give(session);
      return outcomesOfSuccess(info, recipients, host);
    } catch (error) {
      session.close();
      return outcomesOfFailure((signal?.aborted === true ? signal.reason : error) as Error, recipients, host);
    } finally {
      signal?.removeEventListener('abort', breakOff);
    }
  }

  return {
    name: 'smtp',
    async deliver(entry, recipients, body, signal) {
      const sendable = recipients.filter(isSendable);
      const outcomes = sendable.length > 0 ? await send(entry, sendable, body, signal) : [];
      return recipients.map((recipient) => (isSendable(recipient) ? outcomes.shift() : undefined) ?? NOT_SENDABLE);
    },
    close: () => sessions.close(),
  };
}

/** The first of the hosts that takes us; or the last one's trouble. */
async function openSession(
  relayhost: Relayhost,
  login: SaslLogin | undefined,
  settings: SmtpSettings,
): Promise<SmtpSession> {
  const options = {
    port: relayhost.port,
    hostname: settings.smtp_helo_name,
    tlsLevel: settings.smtp_tls_security_level,
    connectTimeout: settings.smtp_connect_timeout,
    login,
  };
  let trouble: unknown;
  for (const host of await nextHops(relayhost)) {
    try {
      return await SmtpSession.open({ host, ...options });
    } catch (error) {
      trouble = error;
    }
  }
  throw trouble;
}

const NOT_SENDABLE: Outcome = {
  kind: 'failed',
  status: '5.1.3',
  reason: 'an address with < or > in it cannot be sent over SMTP',
};

/** One such address in a quoted local part would stop the message for every recipient. */
function isSendable(address: string): boolean {
  return !/[<>\r\n]/.test(address);
}
