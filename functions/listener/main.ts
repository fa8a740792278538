// The listener on AWS: a container in Fargate. Connects the ports to AWS, opens the services that the environment names, and
// ends when it is told to, behind the messages in transit. It starts whole or not at all, with the reason on standard error;
// stores that do not answer hinder no start, and are one message's or one login's trouble later.

import { randomBytes } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import {
  connectCertificates,
  connectCredentials,
  connectDirectory,
  connectDoorbell,
  connectLastUses,
  connectLoginFailures,
  connectPolicy,
  connectQueue,
  connectSpool,
  connectZone,
} from '#shared/aws/connect.ts';
import { startProgram } from '#shared/aws/program.ts';
import { readEnvironment } from '#shared/config/environment.ts';
import { parseServicePorts } from '#shared/config/service-ports.ts';
import { Admission } from './admission.ts';
import { createCertificateLogin } from './certificate-login.ts';
import { FailureCounts } from './failure-counts.ts';
import { openHealthPort } from './health.ts';
import { createLogin } from './login.ts';
import { LoginGuard } from './login-guard.ts';
import { PasswordUses } from './password-uses.ts';
import { keepPublicAddress } from './public-address.ts';
import { Listener } from './server.ts';
import { ServerCertificate } from './tls.ts';

const MINUTE = 60_000;

const env = process.env;
const now = Date.now;

/** Process 1 of a container hears only the signals that it has asked for; this one may come while it starts. */
const told = new Promise((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
});

async function start(): Promise<() => Promise<void>> {
  const { settings, services, log, meter } = startProgram(env, import.meta.dirname);
  const here = readEnvironment(env, ['SERVICES', 'HEALTH_PORT', 'LISTEN', 'SCRATCH', 'ADDRESS_URL']);
  await access(here.SCRATCH, constants.W_OK);

  const credentials = connectCredentials(env, { refreshTime: settings.credentials_refresh_time, now, log });
  await credentials.start();
  const certificate = await ServerCertificate.open({
    certificates: connectCertificates(env),
    settings,
    now,
    log,
  });
  const spool = connectSpool(env, here.SCRATCH);
  const directory = connectDirectory(env, now);
  const failureCounts = new FailureCounts({ store: connectLoginFailures(env), settings, now, log });
  const listener = new Listener({
    services,
    policy: connectPolicy(env),
    login: createLogin({
      credentials,
      directory,
      now: () => performance.now(),
      wallClock: now,
      cacheTime: settings.smtpd_login_cache_time,
      key: randomBytes(32),
      saltKey: () => certificate.keyFor('salts of SCRAM'),
    }),
    certificateLogin: createCertificateLogin(settings, directory),
    loginGuard: new LoginGuard({ counts: failureCounts, settings, now }),
    passwordUses: new PasswordUses({ lastUses: connectLastUses(env), log }),
    spool,
    queue: connectQueue(env, { doorbell: connectDoorbell(env), bodies: spool, log }),
    admission: new Admission(settings),
    secureContext: () => certificate.secureContext,
    now,
    log,
  });

  const ports: Record<string, number> = {};
  for (const [service, port] of parseServicePorts(here.SERVICES)) {
    ports[service] = await listener.open({ service, host: here.LISTEN, port });
  }
  const health = await openHealthPort(here.LISTEN, Number(here.HEALTH_PORT));
  log.info({ event: 'ready', listen: here.LISTEN, ports, health: health.port }, 'connections are taken');

  const count = (): void => {
    log.debug({ event: 'sessions', active: listener.sessions }, 'sessions under way');
    meter.flush();
  };
  const counting = setInterval(count, MINUTE);
  const ending = new AbortController();
  if (env['HOSTED_ZONE'] !== undefined) {
    const zone = connectZone(env);
    void keepPublicAddress(settings.myhostname, {
      zone,
      addressUrl: here.ADDRESS_URL,
      log,
      signal: ending.signal,
    });
  }

  return async () => {
    log.info({ event: 'stop', sessions: listener.sessions }, 'no more connections are taken');
    ending.abort();
    health.drain();
    await listener.close(settings.smtpd_stop_timeout);
    await failureCounts.close();
    await health.close();
    certificate.stop();
    credentials.stop();
    clearInterval(counting);
    count();
  };
}

async function main(): Promise<void> {
  const stop = await start();
  await told;
  await stop();
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`listener: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
