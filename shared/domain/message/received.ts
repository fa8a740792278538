// The trace header that stands on top of every message (RFC 5321 §4.4), written as Postfix writes it.

export type Trace = {
  readonly helo: string;
  readonly client: { readonly address: string; readonly name: string };
  readonly myhostname: string;
  readonly mailName: string;
  readonly extended: boolean;
  readonly tls: boolean;
  readonly authenticated: boolean;
  readonly queueId: string;
  readonly recipients: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export function receivedHeader(trace: Trace): string {
  const { helo, client, myhostname, mailName, queueId, recipients } = trace;
  const by = `by ${myhostname} (${mailName}) with ${protocol(trace)} id ${queueId}`;
  const date = formatDate(trace.now);
  return (
    `Received: from ${helo} (${client.name} [${literal(client.address)}])\r\n` +
    // A recipient is named only where there is one alone: blind copies stay blind.
    (recipients.length === 1 ? `\t${by}\r\n\tfor <${recipients[0]}>; ${date}\r\n` : `\t${by};\r\n\t${date}\r\n`)
  );
}

/** RFC 3848: E for EHLO, S for TLS, A for a login. */
function protocol({ extended, tls, authenticated }: Trace): string {
  return extended ? `ESMTP${tls ? 'S' : ''}${authenticated ? 'A' : ''}` : 'SMTP';
}

/** RFC 5321 §4.1.3. */
function literal(address: string): string {
  return address.includes(':') ? `IPv6:${address}` : address;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 §3.3, in UTC. */
function formatDate(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000 (UTC)`
  );
}
