// Every reply of these dialogues has the code, the enhanced code and the words of a real Postfix that is set up alike.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startRelay, temporaryFolder } from '../support/relay-process.ts';
import { requires } from '../support/requires.ts';

const run = promisify(execFile);
const ORACLE = join(import.meta.dirname, '../oracle');
const MEMO = join(import.meta.dirname, '../memo');
const DIALOGUES = [
  'submission-message',
  'smtps-message-cram-md5',
  'auth-login',
  'auth-failures',
  'auth-in-transaction',
  'backup-mx',
  'empty-and-odd-lines',
  'etrn-rejected',
  'helo-required',
  'http-on-smtp',
  'inside-network',
  'noplaintext',
  'noplaintext-tls',
  'open-relay-no',
  'pipelining',
  'pipelining-no-valid-recipient',
  'chunking',
  'chunking-mixed',
  'dsn-parameters',
  'sender-login-domain',
  'sender-login-mismatch',
  'smtputf8',
  'smuggling-bare-lf',
  'smuggling-lf-dot-lf',
  'starttls-injection',
  'strict-envelopes',
  'submission-needs-tls',
  'too-many-errors',
  'too-many-hops',
  'unknown-commands',
  'vrfy-disabled',
];

const needs = requires({ root: true, commands: ['postfix', 'saslpasswd2', 'postgrey', 'openssl'] });

test('the relay answers as Postfix does', { skip: needs }, async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755); // Postfix's own user must get in.
  const [smtp = 0, submission = 0, smtps = 0, greylist = 0] = await freePorts(4);
  const ports = { smtp, submission, smtps };
  await oracle('start', folder, ...[smtp, submission, smtps, greylist].map(String));
  try {
    const relay = await startRelay(t, {
      args: ['--settings', join(MEMO, 'relay.yaml'), '--directory', join(MEMO, 'directory.yaml')],
      ports: 'smtp=0,submission=0,smtps=0,console=0',
    });
    const at = (portOf: (service: keyof typeof ports) => number): string =>
      (['smtp', 'submission', 'smtps'] as const).map((service) => `${service}=127.0.0.1:${portOf(service)}`).join(',');
    const sides = ['--oracle', at((service) => ports[service]), '--at', at((service) => relay.port(service))];
    const compare = async (names: readonly string[]): Promise<string> => {
      const files = names.map((name) => join(ORACLE, 'dialogues', `${name}.dlg`));
      const player = [join(ORACLE, 'dialogue.mjs'), 'compare', ...files, ...sides, '--text'];
      const { stdout } = await run(process.execPath, player).catch((error: { stdout: string }) => error);
      return stdout;
    };
    const all = await compare(DIALOGUES);
    assert.match(all, /^same (\d+) of \1 replies in 31 dialogues$/m, all);
    // docs/decisions/session-engine.md: a refused SIZE= is not remembered.
    const parameters = await compare(['parameters']);
    assert.match(parameters, /^same 16 of 17 replies in 1 dialogues$/m, parameters);
    assert.match(parameters, /BODY=8BITMIME\n.*552 5\.3\.4.*\n.*250 2\.1\.0 Ok$/m, parameters);
  } finally {
    await oracle('stop', folder);
  }
});

/** Low enough that postgrey's port, 7,000 above that of the service, is one too. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    if (port + 7_000 < 2 ** 16) ports.add(port);
  }
  return [...ports];
}

/** Its daemons must not keep a pipe of ours open. */
async function oracle(...args: readonly string[]): Promise<void> {
  const child = spawn(join(ORACLE, 'postfix-oracle'), args, { stdio: 'ignore' });
  const [status] = (await once(child, 'exit')) as [number | null];
  assert.equal(status, 0, `postfix-oracle ${args.join(' ')}`);
}
