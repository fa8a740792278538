// Every reply's words, named by number and meaning: one grep for a reply finds its row here. The words are Postfix's.
// RFC 5321 §4.2 (replies), RFC 2034 and RFC 3463 (enhanced status codes).

import { unquoted } from './path.ts';

/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets, CRLF included. */
const MAX_LINE = 510;

export type Reply = {
  readonly code: number;
  /** RFC 3463; empty where Postfix sends none. */
  readonly enhanced: string;
  /** What goes out, CRLF included. */
  readonly wire: string;
  /** The connection is closed behind it. */
  readonly close?: true;
};

/** One line. */
function reply(code: number, enhanced: string, text: string): Reply {
  const line = printable(enhanced === '' ? `${code} ${text}` : `${code} ${enhanced} ${text}`);
  return { code, enhanced, wire: `${line.slice(0, MAX_LINE)}\r\n` };
}

/** What came from a client is echoed only with its control characters and non-ASCII blanked, as Postfix does. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function closing(row: Reply): Reply {
  return { ...row, close: true };
}

/** EHLO's answer: the host, then one keyword a line (RFC 5321 §4.1.1.1). */
export function r250Extensions(hostname: string, keywords: readonly string[]): Reply {
  const lines = [hostname, ...keywords].map(printable);
  return {
    code: 250,
    enhanced: '',
    wire: lines.map((line, i) => `250${i === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join(''),
  };
}

// Words that go with more than one code.
const OK = 'Ok';
const SEND_HELO = 'Error: send HELO/EHLO first';
const NOT_IMPLEMENTED = 'Error: command not implemented';

export const r220Banner = (banner: string): Reply => reply(220, '', banner);
export const r220StartTls = reply(220, '2.0.0', 'Ready to start TLS');
export const r221Bye = closing(reply(221, '2.0.0', 'Bye'));
export const r221NotSmtp = closing(reply(221, '2.7.0', 'Error: I can break rules, too. Goodbye.'));
export const r235LoggedIn = reply(235, '2.7.0', 'Authentication successful');
export const r250Hello = (hostname: string): Reply => reply(250, '', hostname);
export const r250Ok = reply(250, '2.0.0', OK);
export const r250SenderOk = reply(250, '2.1.0', OK);
export const r250RecipientOk = reply(250, '2.1.5', OK);
export const r250Queued = (id: string): Reply => reply(250, '2.0.0', `Ok: queued as ${id}`);
export const r250Chunk = (octets: number): Reply => reply(250, '2.0.0', `Ok: ${octets} bytes`);
export const r250ChunksQueued = (octets: number, id: string): Reply =>
  reply(250, '2.0.0', `Ok: ${octets} bytes queued as ${id}`);
export const r252CannotVerify = (address: string): Reply => reply(252, '2.0.0', address);

export const r334Challenge = (challenge: string): Reply => ({ code: 334, enhanced: '', wire: `334 ${challenge}\r\n` });
export const r354SendData = reply(354, '', 'End data with <CR><LF>.<CR><LF>');

export const r421ShuttingDown = (host: string): Reply =>
  closing(reply(421, '4.3.2', `${host} Error: service is going down`));
export const r421TooManySessions = (host: string): Reply =>
  closing(reply(421, '4.3.2', `${host} Error: too many connections`));
export const r421TooManyFromClient = (host: string, address: string): Reply =>
  closing(reply(421, '4.7.0', `${host} Error: too many connections from ${address}`));
export const r421TimedOut = (host: string): Reply => closing(reply(421, '4.4.2', `${host} Error: timeout exceeded`));
export const r421TooManyErrors = (host: string): Reply =>
  closing(reply(421, '4.7.0', `${host} Error: too many errors`));
export const r450TooMuchMail = (address: string): Reply => reply(450, '4.7.1', `Error: too much mail from ${address}`);
export const r450TooManyRecipients = (address: string): Reply =>
  reply(450, '4.7.1', `Error: too many recipients from ${address}`);
export const r450TooManyLogins = (address: string): Reply =>
  reply(450, '4.7.1', `Error: too many AUTH commands from ${address}`);
export const r451QueueWriteFailed = reply(451, '4.3.0', 'Error: queue file write error');
export const r451PolicyUnavailable = (recipient: string): Reply =>
  reply(451, '4.3.5', `<${unquoted(recipient)}>: Recipient address rejected: Server configuration problem`);
export const r452NoRoom = reply(452, '4.3.1', 'Insufficient system storage');
export const r452TooManyRecipients = reply(452, '4.5.3', 'Error: too many recipients');
export const r454LoginUnavailable = reply(454, '4.7.0', 'Temporary authentication failure: try again later');
export const r459EtrnUnavailable = (domain: string): Reply => reply(459, '', `<${domain}>: service unavailable`);

export const r500UnknownCommand = reply(500, '5.5.2', 'Error: command not recognized');
export const r500LineTooLong = (host: string): Reply => reply(500, '5.5.2', `${host} Error: command too long`);
export const r500BadSyntax = reply(500, '5.5.2', 'Error: bad syntax');
export const r500SaslResponseTooLong = reply(500, '5.5.6', 'SASL response limit exceeded');
export const r500EtrnSyntax = reply(500, '', 'Syntax: ETRN domain');
export const r501BadSender = reply(501, '5.1.7', 'Bad sender address syntax');
export const r501BadRecipient = reply(501, '5.1.3', 'Bad recipient address syntax');
export const r501BadSize = reply(501, '5.5.4', 'Bad message size syntax');
export const r501BadRet = reply(501, '5.5.4', 'Bad RET parameter syntax');
export const r501BadEnvid = reply(501, '5.5.4', 'Bad ENVID parameter syntax');
export const r501BadNotify = reply(501, '5.5.4', 'Error: Bad NOTIFY parameter syntax');
export const r501BadOrcpt = reply(501, '5.5.4', 'Error: Bad ORCPT parameter syntax');
export const r501AttributeExpected = reply(501, '5.5.4', 'Error: attribute=value expected');
export const r501AttributeTooLong = reply(501, '5.5.4', 'Error: attribute value too long');
export const r501BadAttribute = (name: string, value: string): Reply =>
  reply(501, '5.5.4', `Bad ${name} syntax: ${value}`);
export const r501UnknownAttribute = (verb: string, name: string): Reply =>
  reply(501, '5.5.4', `Bad ${verb} attribute name: ${name}`);
export const r501LoginAborted = reply(501, '5.7.0', 'Authentication aborted');
export const r501DsnDisabled = reply(501, '5.7.1', 'DSN support is disabled');
export const r501EhloSyntax = reply(501, '', 'Syntax: EHLO hostname');
export const r501HeloSyntax = reply(501, '', 'Syntax: HELO hostname');
export const r501AuthSyntax = reply(501, '5.5.4', 'Syntax: AUTH mechanism');
export const r501DataSyntax = reply(501, '5.5.4', 'Syntax: DATA');
export const r501MailSyntax = reply(501, '5.5.4', 'Syntax: MAIL FROM:<address>');
export const r501RcptSyntax = reply(501, '5.5.4', 'Syntax: RCPT TO:<address>');
export const r501RsetSyntax = reply(501, '5.5.4', 'Syntax: RSET');
export const r501StartTlsSyntax = reply(501, '5.5.4', 'Syntax: STARTTLS');
export const r501VrfySyntax = reply(501, '5.5.4', 'Syntax: VRFY address');
export const r501XclientSyntax = reply(501, '5.5.4', 'Syntax: XCLIENT attribute=value...');
export const r501XforwardSyntax = reply(501, '5.5.4', 'Syntax: XFORWARD attribute=value...');
export const r502NotImplemented = reply(502, '5.5.1', NOT_IMPLEMENTED);
export const r502VrfyDisabled = reply(502, '5.5.1', 'VRFY command is disabled');
export const r503SendHelo = reply(503, '5.5.1', SEND_HELO);
export const r503EtrnSendHelo = reply(503, '', SEND_HELO);
export const r503NeedMail = reply(503, '5.5.1', 'Error: need MAIL command');
export const r503NeedRcpt = reply(503, '5.5.1', 'Error: need RCPT command');
export const r503NestedMail = reply(503, '5.5.1', 'Error: nested MAIL command');
export const r503AccessDenied = (name: string, address: string): Reply =>
  reply(503, '5.7.0', `Error: access denied for ${name}[${address}]`);
export const r503LoginNotEnabled = reply(503, '5.5.1', 'Error: authentication not enabled');
export const r503AlreadyLoggedIn = reply(503, '5.5.1', 'Error: already authenticated');
export const r503InTransaction = reply(503, '5.5.1', 'Error: MAIL transaction in progress');
export const r503MailAfterBdat = reply(503, '5.5.1', 'Error: MAIL after BDAT');
export const r503RcptAfterBdat = reply(503, '5.5.1', 'Error: RCPT after BDAT');
export const r503DataAfterBdat = reply(503, '5.5.1', 'Error: DATA after BDAT');
export const r504EncryptionRequired = reply(504, '5.5.4', 'Encryption required for requested authentication mechanism');
export const r521NotImplemented = closing(reply(521, '5.5.1', NOT_IMPLEMENTED));
export const r521BdatSyntax = closing(reply(521, '5.5.4', 'Syntax: BDAT count [LAST]'));
export const r530MustStartTls = reply(530, '5.7.0', 'Must issue a STARTTLS command first');
export const r535LoginFailed = reply(535, '5.7.8', 'Error: authentication failed: authentication failure');
export const r535BadResponse = reply(535, '5.7.8', 'Error: authentication failed: bad protocol / cancel');
export const r535NoMechanism = reply(535, '5.7.8', 'Error: authentication failed: no mechanism available');
export const r535MechanismNeedsTls = reply(
  535,
  '5.7.8',
  'Error: authentication failed: encryption needed to use mechanism',
);
export const r550BareLf = (host: string): Reply => reply(550, '5.5.2', `${host} Error: bare <LF> received`);
export const r550NotAuthorized = reply(550, '5.7.0', 'Error: insufficient authorization');
export const r551NullChunk = reply(551, '5.7.1', 'Null BDAT request');
export const r551Discarded = (octets: number): Reply =>
  reply(551, '5.0.0', `Discarded ${octets} bytes after earlier error`);
export const r552ChunkTooBig = reply(552, '5.3.4', 'Chunk exceeds message size limit');
export const r552TooBig = reply(552, '5.3.4', 'Message size exceeds fixed limit');
export const r552DataTooBig = reply(552, '5.3.4', 'Error: message file too big');
export const r553NotOwned = (sender: string, login: string): Reply =>
  reply(553, '5.7.1', `<${unquoted(sender)}>: Sender address rejected: not owned by user ${login}`);
export const r553NotLoggedIn = (sender: string): Reply =>
  reply(553, '5.7.1', `<${unquoted(sender)}>: Sender address rejected: not logged in`);
export const r554NoValidRecipients = reply(554, '5.5.1', 'Error: no valid recipients');
export const r554Unsynchronized = closing(reply(554, '5.5.0', 'Error: SMTP protocol synchronization'));
export const r554TlsActive = reply(554, '5.5.1', 'Error: TLS already active');
export const r554TooManyHops = reply(554, '5.4.0', 'Error: too many hops');
export const r554RelayDenied = (recipient: string): Reply =>
  reply(554, '5.7.1', `<${unquoted(recipient)}>: Relay access denied`);
export const r554RecipientRejected = (recipient: string): Reply =>
  reply(554, '5.7.1', `<${unquoted(recipient)}>: Recipient address rejected: Access denied`);
export const r554ClientRejected = (name: string, address: string): Reply =>
  reply(554, '5.7.1', `<${name}[${address}]>: Client host rejected: Access denied`);
export const r554SenderRejected = (sender: string): Reply =>
  reply(554, '5.7.1', `<${unquoted(sender)}>: Sender address rejected: Access denied`);
export const r554HeloRejected = (helo: string): Reply =>
  reply(554, '5.7.1', `<${helo}>: Helo command rejected: Access denied`);
export const r554EtrnRejected = (domain: string): Reply =>
  reply(554, '5.7.1', `<${domain}>: Etrn command rejected: Access denied`);
export const r555UnsupportedOption = (option: string): Reply => reply(555, '5.5.4', `Unsupported option: ${option}`);
