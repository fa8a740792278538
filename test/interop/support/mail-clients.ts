// The mail clients that people use, each as a way to send one message with one mechanism: the mechanism is forced, so that what a
// client would pick for itself hides nothing. A client says itself which mechanisms it speaks, and docs/clients.md is that list.
// A client that could not send rejects with what it printed.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createTransport } from 'nodemailer';
import type { Needs } from '../../support/requires.ts';
import { AAA } from './memo-relay.ts';
import { MESSAGE, MESSAGE_ON_THE_WIRE } from './message.ts';
import { startPostfix } from './postfix.ts';
import { succeed } from './programs.ts';

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5' | 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS';
/** What stands behind a port: STARTTLS (587) or TLS from the first byte (465). */
export type Wrapping = 'STARTTLS' | 'TLS';
export type Way = { readonly port: number; readonly wrapping: Wrapping; readonly mechanism: Mechanism };

export type MailClient = {
  readonly name: string;
  readonly needs: Needs;
  readonly mechanisms: readonly Mechanism[];
  readonly wrappings: readonly Wrapping[];
  /** It logs in, and sends nothing. */
  readonly loginOnly?: true;
  start(t: TestContext): Promise<(way: Way) => Promise<unknown>>;
};

const HOST = '127.0.0.1';
const RECIPIENT = 'someone@example.net';
const CLASSIC: readonly Mechanism[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'];
const BOTH: readonly Wrapping[] = ['STARTTLS', 'TLS'];

const swaks: MailClient = {
  name: 'swaks',
  needs: { commands: ['swaks'] },
  mechanisms: CLASSIC,
  wrappings: BOTH,
  start: async () => async (way) => {
    const server = ['--server', `${HOST}:${way.port}`, way.wrapping === 'TLS' ? '--tls-on-connect' : '--tls'];
    const login = ['--auth', way.mechanism, '--auth-user', AAA.login, '--auth-password', AAA.password];
    return succeed(['swaks', ...server, ...login, '--from', AAA.sender, '--to', RECIPIENT]);
  },
};

const msmtp: MailClient = {
  name: 'msmtp',
  needs: { commands: ['msmtp'] },
  mechanisms: [...CLASSIC, 'SCRAM-SHA-256'],
  wrappings: BOTH,
  start: async () => async (way) => {
    const starttls = way.wrapping === 'TLS' ? 'off' : 'on';
    const server = [`--host=${HOST}`, `--port=${way.port}`, '--tls=on', `--tls-starttls=${starttls}`];
    const login = [`--user=${AAA.login}`, `--passwordeval=echo ${AAA.password}`];
    const auth = [`--auth=${way.mechanism.toLowerCase()}`, '--tls-certcheck=off'];
    return succeed(['msmtp', ...server, ...login, ...auth, `--from=${AAA.sender}`, RECIPIENT], { input: MESSAGE });
  },
};

const curl: MailClient = {
  name: 'curl',
  needs: { commands: ['curl'] },
  mechanisms: CLASSIC,
  wrappings: BOTH,
  start: async () => async (way) => {
    const url = `${way.wrapping === 'TLS' ? 'smtps' : 'smtp'}://${HOST}:${way.port}`;
    const login = ['--user', `${AAA.login}:${AAA.password}`, '--login-options', `AUTH=${way.mechanism}`];
    const mail = ['--mail-from', AAA.sender, '--mail-rcpt', RECIPIENT, '--upload-file', '-'];
    return succeed(['curl', '-sS', url, '--ssl-reqd', '--insecure', ...login, ...mail], { input: MESSAGE_ON_THE_WIRE });
  },
};

const smtplib: MailClient = {
  name: "Python's smtplib",
  needs: { commands: ['python3'] },
  mechanisms: CLASSIC,
  wrappings: BOTH,
  start: async () => async (way) => {
    const login = [way.mechanism, AAA.login, AAA.password, AAA.sender, RECIPIENT];
    const program = join(import.meta.dirname, 'send-with-smtplib.py');
    return succeed(['python3', program, String(way.port), way.wrapping, ...login], { input: MESSAGE });
  },
};

const nodemailer: MailClient = {
  name: 'nodemailer',
  needs: {},
  mechanisms: CLASSIC,
  wrappings: BOTH,
  start: async () => async (way) => {
    const transport = createTransport({
      host: HOST,
      port: way.port,
      secure: way.wrapping === 'TLS',
      requireTLS: true,
      tls: { rejectUnauthorized: false },
      auth: { user: AAA.login, pass: AAA.password },
      authMethod: way.mechanism,
    });
    const envelope = { from: AAA.sender, to: [RECIPIENT] };
    return transport.sendMail({ envelope, raw: MESSAGE }).finally(() => transport.close());
  },
};

const postfix: MailClient = {
  name: 'Postfix',
  needs: { root: true, commands: ['postfix', 'postmap', 'sendmail'] },
  mechanisms: [...CLASSIC, 'SCRAM-SHA-256'],
  wrappings: BOTH,
  async start(t) {
    const home = await startPostfix(t, { myhostname: 'home.example.jp' });
    return async (way) => {
      await home.password(`[${HOST}]:${way.port}`, `${AAA.login}:${AAA.password}`);
      await home.configure([
        `relayhost = [${HOST}]:${way.port}`,
        'smtp_sasl_auth_enable = yes',
        `smtp_sasl_password_maps = hash:${home.folder}/sasl_passwd`,
        'smtp_sasl_security_options = noanonymous',
        `smtp_sasl_mechanism_filter = ${way.mechanism.toLowerCase()}`,
        'smtp_tls_security_level = encrypt',
        `smtp_tls_wrappermode = ${way.wrapping === 'TLS' ? 'yes' : 'no'}`,
      ]);
      await home.sendmail(AAA.sender, RECIPIENT, MESSAGE);
    };
  },
};

const gsasl: MailClient = {
  name: 'gsasl',
  needs: { commands: ['gsasl'] },
  mechanisms: [...CLASSIC, 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
  wrappings: ['STARTTLS'],
  loginOnly: true,
  start: async () => async (way) => {
    const login = ['--authentication-id', AAA.login, '--password', AAA.password, '--mechanism', way.mechanism];
    const server = ['--smtp', `--connect=${HOST}:${way.port}`, '--starttls', '--x509-ca-file='];
    // Where it has a channel binding, it uses no mechanism without.
    const binding = way.mechanism.endsWith('-PLUS') ? [] : ['--no-cb'];
    return succeed(['gsasl', ...server, ...binding, ...login], { input: '' });
  },
};

export const MAIL_CLIENTS: readonly MailClient[] = [postfix, msmtp, swaks, curl, smtplib, nodemailer, gsasl];
