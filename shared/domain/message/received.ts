// The trace header that stands on top of every message (RFC 5321 §4.4), written as Postfix writes it. It never fails: what would
// break it is blanked.

export type Trace = {
  readonly myhostname: string;
  readonly mailName: string;
  readonly queueId: string;
  readonly recipients: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who sent the message, and how; left out where that is hidden (smtpd_hide_client_session). */
  readonly session?: TracedSession;
};

export type TracedSession = {
  readonly helo: string;
  readonly client: { readonly address: string; readonly name: string };
  readonly extended: boolean;
  readonly tls: boolean;
  readonly authenticated: boolean;
  /** Left out without smtpd_tls_received_header. */
  readonly tlsFacts?: TlsFacts & { readonly certificateAsked: boolean };
  /** Left out without smtpd_sasl_authenticated_header. */
  readonly login?: string;
};

export type TlsFacts = {
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** OpenSSL's name. */
  readonly cipher: string;
  /** Of the cipher's key. */
  readonly bits: number;
  /** What the client has shown: common names, which nobody has verified. */
  readonly certificate?: { readonly subject: string; readonly issuer: string };
};

export function receivedHeader(trace: Trace): string {
  const { myhostname, mailName, queueId, recipients, session } = trace;
  const protocol = session === undefined ? '' : ` with ${protocolOf(session)}`;
  const by = `by ${myhostname} (${mailName})${protocol} id ${queueId}`;
  const date = formatDate(trace.now);
  const lines = [
    ...(session === undefined ? [] : fromLines(session)),
    // A recipient is named only where there is one alone: blind copies stay blind.
    ...(recipients.length === 1 ? [by, `for <${recipients[0]}>; ${date}`] : [`${by};`, date]),
  ];
  return `Received: ${lines.join('\r\n\t')}\r\n`;
}

function fromLines({ helo, client, tlsFacts, login }: TracedSession): string[] {
  return [
    `from ${helo} (${client.name} [${literal(client.address)}])`,
    ...(tlsFacts === undefined ? [] : tlsLines(tlsFacts)),
    ...(login === undefined ? [] : [`(Authenticated sender: ${comment(login)})`]),
  ];
}

function tlsLines(facts: NonNullable<TracedSession['tlsFacts']>): string[] {
  const { protocol, cipher, bits, certificate, certificateAsked } = facts;
  // Of the cipher's bits all are used.
  return [`(using ${protocol} with cipher ${cipher} (${bits}/${bits} bits))`, certificateLine()];

  function certificateLine(): string {
    if (!certificateAsked) return '(No client certificate requested)';
    if (certificate === undefined) return '(Client did not present a certificate)';
    return `(Client CN "${comment(certificate.subject)}", Issuer "${comment(certificate.issuer)}" (not verified))`;
  }
}

/** RFC 3848: E for EHLO, S for TLS, A for a login. */
function protocolOf({ extended, tls, authenticated }: TracedSession): string {
  return extended ? `ESMTP${tls ? 'S' : ''}${authenticated ? 'A' : ''}` : 'SMTP';
}

/** RFC 5321 §4.1.3. */
function literal(address: string): string {
  return address.includes(':') ? `IPv6:${address}` : address;
}

/** What may stand in a comment (RFC 5322 §3.2.2): no parenthesis and no backslash, which would end it or hide its end. */
function comment(text: string): string {
  return text.replace(/[^\x20-\x7e]|[\\()]/g, '?');
}

/** RFC 5322 §3.3, in UTC. */
function formatDate(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '+0000 (UTC)');
}
