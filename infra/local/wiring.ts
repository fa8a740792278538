// The whole relay in one process on this machine, wired in the order of a message's path: listener, policy, spool and
// queue, deliver, transports. The same programs as on AWS, with the embedded providers.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDeliver } from '#functions/deliver/deliver.ts';
import { Admission } from '#functions/listener/admission.ts';
import { createCertificateLogin } from '#functions/listener/certificate-login.ts';
import { FailureCounts } from '#functions/listener/failure-counts.ts';
import { createLogin } from '#functions/listener/login.ts';
import { LoginGuard } from '#functions/listener/login-guard.ts';
import { PasswordUses } from '#functions/listener/password-uses.ts';
import { Listener } from '#functions/listener/server.ts';
import { ServerCertificate } from '#functions/listener/tls.ts';
import { createPolicy } from '#functions/policy/policy.ts';
import type { Configuration } from '#shared/config/load-settings.ts';
import type { Settings } from '#shared/config/settings.ts';
import { createCaptureTransport } from '#shared/embedded/capture-transport.ts';
import type { Store } from '#shared/embedded/store.ts';
import type { Transport } from '#shared/ports/transport.ts';
import type { Logger } from 'pino';
import type { CertificateFiles } from './certificate.ts';
import { readRelayhostPasswords } from './relayhost-passwords.ts';

export type RelayOptions = {
  readonly dataDirectory: string;
  readonly configuration: Configuration;
  readonly store: Store;
  readonly certificates: CertificateFiles;
  readonly log: Logger;
};

export type Relay = {
  /** Opens a service and says its port. Rejects where it cannot be had. */
  open(service: string, host: string, port: number): Promise<number>;
  /** Every service is open: leaves a note in the data folder for relayctl, and begins to deliver. */
  begin(listen: string, ports: ReadonlyMap<string, number>): Promise<void>;
  /** Lets messages in transit finish, then deliveries. */
  stop(): Promise<void>;
};

/** Milliseconds. Files are read at no cost. */
const CERTIFICATE_TIMES = { refresh: 30_000, retry: 15_000 };

export async function startRelay({
  dataDirectory,
  configuration,
  store,
  certificates,
  log,
}: RelayOptions): Promise<Relay> {
  const { settings, services } = configuration;
  const { queue, bell, spool, directory, credentials, lastUses, loginFailures } = store;
  const now = Date.now;
  const certificate = await ServerCertificate.open({
    certificates,
    settings,
    now,
    log,
    times: CERTIFICATE_TIMES,
  });

  const failureCounts = new FailureCounts({ store: loginFailures, settings, now, log });
  const listener = new Listener({
    services,
    policy: createPolicy({ directory, services }),
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
    passwordUses: new PasswordUses({ lastUses, log }),
    spool,
    queue,
    admission: new Admission(settings),
    secureContext: () => certificate.secureContext,
    now,
    log,
  });

  const transport = await createTransport(settings, dataDirectory, now);
  const deliver = createDeliver({
    queue,
    bell,
    spool,
    transports: { [transport.name]: transport },
    settings,
    now,
    log,
  });

  return {
    open: (service, host, port) => listener.open({ service, host, port }),
    async begin(listen, ports) {
      const relay = {
        hostname: settings.myhostname,
        localDomain: settings.smtpd_sasl_local_domain,
        listen,
        ports: Object.fromEntries(ports),
        selfSigned: certificates.selfSigned,
        certificate: certificates.path,
      };
      await writeFile(join(dataDirectory, 'relay.json'), `${JSON.stringify(relay, undefined, 2)}\n`);
      deliver.start();
    },
    async stop() {
      await listener.close(settings.smtpd_stop_timeout);
      certificate.stop();
      await failureCounts.close();
      await deliver.stop(settings.smtpd_stop_timeout);
      await store.close();
    },
  };
}

/** Only the one that is wanted is loaded: the AWS SDK is large. */
async function createTransport(settings: Settings, dataDirectory: string, now: () => number): Promise<Transport> {
  switch (settings.default_transport) {
    case 'capture':
      return createCaptureTransport({ outbox: join(dataDirectory, 'outbox'), hostname: settings.myhostname, now });
    case 'ses':
      return (await import('#shared/aws/ses-transport.ts')).createSesTransport(settings);
    case 'smtp':
      return (await import('#functions/deliver/smtp-transport.ts')).createSmtpTransport(
        settings,
        await readRelayhostPasswords(settings.smtp_sasl_password_maps),
      );
  }
}
