// What every connection of a service is given: the settings that it obeys, and what it shares with the others.

import type { SecureContext } from 'node:tls';
import type { SessionSettings } from '#shared/domain/smtp/session.ts';
import type { ClientRates } from './client-rates.ts';
import type { EffectsContext } from './effects.ts';

export type ConnectionSettings = SessionSettings &
  EffectsContext['settings'] & {
    readonly line_length_limit: number;
    readonly smtpd_soft_error_limit: number;
    /** Milliseconds. */
    readonly smtpd_error_sleep_time: number;
    /** Milliseconds. */
    readonly smtpd_timeout: number;
    /** Octets in a second. */
    readonly smtpd_min_data_rate: number;
    readonly smtpd_tls_wrappermode: boolean;
    readonly smtpd_tls_ask_ccert: boolean;
  };

export type ConnectionContext = EffectsContext & {
  readonly authorized: { xclient(address: string): boolean; xforward(address: string): boolean };
  readonly settings: ConnectionSettings;
  readonly rates: ClientRates;
  secureContext(): SecureContext;
};
