// `npm start`: the relay on this machine. It starts whole or not at all: whatever is wrong is one clear message and exit
// status 1 (2 for the command line). What people read goes to standard output, the log to standard error.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { applyDirectory } from '#functions/relayctl/commands/directory.ts';
import { parseDirectoryFile } from '#shared/config/directory-file.ts';
import { type Configuration, loadSettings } from '#shared/config/load-settings.ts';
import { FileError } from '#shared/config/problems.ts';
import { DataFolderUnusable, openStore, type Store } from '#shared/embedded/store.ts';
import { type Arguments, parseArguments, UsageError, USAGE } from './arguments.ts';
import { CertificateError, CertificateFiles } from './certificate.ts';
import { introduction, makeFirstAccount } from './first-account.ts';
import { type Relay, startRelay } from './wiring.ts';

/** Something the operator can put right; its message says how. */
class StartError extends Error {
  override name = 'StartError';
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  if (args === 'help') return say(USAGE);
  const configuration = await readSettings(args.settings);
  const { settings } = configuration;
  checkServices(args.ports, configuration);
  const log = pino(
    { level: settings.log_level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, minLength: 4096, sync: true }),
  );
  const flushing = setInterval(() => log.flush(), 250);

  const store = await openStore(args.data, { role: 'relay' });
  try {
    const certificates = await CertificateFiles.open(settings, args.data, settings.myhostname);
    if (args.directory !== undefined) await applyDirectoryFile(args.directory, store, configuration);
    const relay = await startRelay({ dataDirectory: args.data, configuration, store, certificates, log });
    const ports = await openServices(relay, args);
    await relay.begin(args.listen, ports);
    stopOnSignal(relay, () => {
      clearInterval(flushing);
      log.flush();
    });
    await introduce(args, configuration, store, ports, certificates);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function readSettings(file: string | undefined): Promise<Configuration> {
  const text = file === undefined ? undefined : await read(file, '--settings');
  const name = hostname();
  const facts = { hostname: name.includes('.') ? name : `${name}.localdomain` };
  return loadSettings(file === undefined || text === undefined ? undefined : { text, file }, facts);
}

async function read(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`${option}: cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** The console is not in this version; its port is taken as given, and stays closed. */
function isConsole(service: string): boolean {
  return service === 'console';
}

function checkServices(ports: Arguments['ports'], { services }: Configuration): void {
  const unknown = [...ports.keys()].filter((service) => !isConsole(service) && !services.has(service));
  if (unknown.length > 0) {
    throw new UsageError(
      `--ports: no service ${unknown.join(', ')}; there are ${[...services.keys()].join(', ')}, console`,
    );
  }
}

async function applyDirectoryFile(file: string, store: Store, { settings }: Configuration): Promise<void> {
  const parsed = parseDirectoryFile(await read(file, '--directory'), file);
  await applyDirectory(parsed, store, settings.smtpd_sasl_local_domain, { now: Date.now, randomBytes });
}

async function openServices(relay: Relay, { ports, listen }: Arguments): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  for (const [service, port] of ports) {
    if (isConsole(service)) continue;
    try {
      open.set(service, await relay.open(service, listen, port));
    } catch (error) {
      throw new StartError(`cannot listen on ${listen} port ${port} for ${service}: ${whyNot(error)}`);
    }
  }
  return open;
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return 'another program has it; end that one or choose another port with --ports';
    case 'EACCES':
      return 'ports below 1024 are not for this user; choose another with --ports';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address; choose another with --listen';
    default:
      return message;
  }
}

async function introduce(
  args: Arguments,
  { settings }: Configuration,
  store: Store,
  ports: ReadonlyMap<string, number>,
  { selfSigned }: CertificateFiles,
): Promise<void> {
  if (settings.default_transport === 'capture') {
    say(`NOTHING LEAVES THIS MACHINE: mail is kept in ${join(args.data, 'outbox')} (default_transport: capture;`);
    say('set it to ses, or to smtp with a relayhost, to deliver for real).');
  }
  const account = await makeFirstAccount(store, settings.smtpd_sasl_local_domain);
  if (account !== undefined) say(introduction(account, args.listen, ports, selfSigned));
  else say(`More accounts: npx relayctl --data ${args.data} account add LOGIN`);
  say('ready');
  for (const [service, port] of ports) say(`${service} ${args.listen}:${port}`);
}

function stopOnSignal(relay: Relay, flushLog: () => void): void {
  const stop = (): void => {
    process.off('SIGTERM', stop).off('SIGINT', stop); // A second signal ends it at once.
    relay.stop().then(flushLog, (error: unknown) => {
      flushLog();
      fail(error);
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

function fail(error: unknown): void {
  const isExpected = [StartError, UsageError, FileError, CertificateError, DataFolderUnusable].some(
    (type) => error instanceof type,
  );
  const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`op25b-relay: ${text}\n${error instanceof UsageError ? `\n${USAGE}\n` : ''}`);
  process.exit(error instanceof UsageError ? 2 : 1);
}

main().catch(fail);
