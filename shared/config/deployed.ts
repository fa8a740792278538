// The settings of a deployed relay. relay.yaml is read and checked once, at synth; what it comes to lies beside every
// program's bundle as one JSON file, so that a program at its start has nothing to parse, to check or to refuse. What differs
// from a relay on one machine stands here, too: a default, and what cannot be had there.

import type { Configuration, Place } from './load-settings.ts';
import { parseRelayhost } from './mail-values.ts';
import type { Settings } from './settings.ts';
import { STOP_TIMEOUT } from './timing.ts';

/** Seconds. A network load balancer forgets a connection that was silent for longer, and allows no more. */
export const LONGEST_IDLE_TIMEOUT = 6000;
/** Seconds between the listener's own stop and the one that ECS forces. */
const STOP_MARGIN = 10;

const SMTP_PORT = 25;

/** For loadSettings, on AWS. */
export const DEPLOYED: Place = {
  defaults: new Map([['default_transport', 'ses']]),
  checks: [
    {
      about: ['default_transport'],
      holds: (s) => s.default_transport !== 'capture',
      right:
        'a deployed relay has no machine to keep mail on; leave it out for Amazon SES, or write smtp and a relayhost',
    },
    {
      about: ['default_transport', 'relayhost'],
      holds: (s) => s.default_transport !== 'smtp' || parseRelayhost(s.relayhost)?.port !== SMTP_PORT,
      right: 'AWS Lambda reaches no port 25; write another port, such as "[smtp.example.jp]:submission"',
    },
    {
      about: ['ses_region', 'ses_identities'],
      holds: (s) => s.ses_region === '' || s.ses_identities.length === 0,
      right: "identities are made in the stack's region; leave ses_region empty, or make them in that region yourself",
    },
    {
      about: ['smtpd_tls_cert_file'],
      holds: (s) => s.smtpd_tls_cert_file === '',
      right: 'a deployed relay has no files; leave it out, for the certificate lies in a secret',
    },
    {
      about: ['smtpd_tls_eccert_file'],
      holds: (s) => s.smtpd_tls_eccert_file === '',
      right: 'a deployed relay has no files; leave it out, for the certificates lie in a secret',
    },
    {
      about: ['smtpd_timeout'],
      holds: (s) => s.smtpd_timeout < LONGEST_IDLE_TIMEOUT * 1000,
      right: `the load balancer forgets a client that is silent for ${LONGEST_IDLE_TIMEOUT}s; write less`,
    },
    {
      about: ['smtpd_stop_timeout'],
      holds: (s) => s.smtpd_stop_timeout <= (STOP_TIMEOUT - STOP_MARGIN) * 1000,
      right: `Fargate ends a task ${STOP_TIMEOUT}s after it was told to stop; write ${STOP_TIMEOUT - STOP_MARGIN}s or less`,
    },
  ],
};

/** The file's name, beside the bundle. */
export const CONFIGURATION_FILE = 'configuration.json';

type Deployed = { readonly settings: Settings; readonly services: Readonly<Record<string, Settings>> };

export function writeConfiguration({ settings, services }: Configuration): string {
  return `${JSON.stringify({ settings, services: Object.fromEntries(services) } satisfies Deployed)}\n`;
}

export function readConfiguration(text: string): Configuration {
  const { settings, services } = JSON.parse(text) as Deployed;
  return { settings, services: new Map(Object.entries(services)) };
}
