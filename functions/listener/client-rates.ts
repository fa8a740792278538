// What each client of one service has done in the last while: connections, messages, recipients and AUTH commands, counted as
// Postfix's anvil(8) counts them. It lives in this process: a restart forgets it, and another task counts for itself. Memory
// is bounded by the clients of two spans of time.

import { isInside } from '#shared/config/networks.ts';

export type ClientEvent = 'connection' | 'message' | 'recipient' | 'auth';

export type RateSettings = {
  readonly [Event in ClientEvent as `smtpd_client_${Event}_rate_limit`]: number;
} & {
  readonly smtpd_client_event_limit_exceptions: readonly string[];
  /** Milliseconds. */
  readonly anvil_rate_time_unit: number;
};

type Client = { readonly since: number } & Record<ClientEvent, number>;

export class ClientRates {
  readonly #limits: Readonly<Record<ClientEvent, number>>;
  /** Milliseconds. */
  readonly #timeUnit: number;
  readonly #now: () => number;
  readonly #isExempt: (address: string) => boolean;
  readonly #clients = new Map<string, Client>();
  #swept: number;

  /** `now`: milliseconds. */
  constructor(settings: RateSettings, now: () => number) {
    this.#limits = {
      connection: settings.smtpd_client_connection_rate_limit,
      message: settings.smtpd_client_message_rate_limit,
      recipient: settings.smtpd_client_recipient_rate_limit,
      auth: settings.smtpd_client_auth_rate_limit,
    };
    this.#timeUnit = settings.anvil_rate_time_unit;
    this.#now = now;
    this.#isExempt = isInside(settings.smtpd_client_event_limit_exceptions);
    this.#swept = now();
  }

  /** Counts the event, and says whether it is one too many. What has no limit is not counted. */
  isOver(event: ClientEvent, address: string): boolean {
    const limit = this.#limits[event];
    if (limit === 0 || this.#isExempt(address)) return false;
    const client = this.#clientOf(address);
    client[event] += 1;
    return client[event] > limit;
  }

  /** A span begins with a client's first event, and the first one behind its end begins the next. */
  #clientOf(address: string): Client {
    const now = this.#now();
    this.#sweep(now);
    const known = this.#clients.get(address);
    if (known !== undefined && !this.#isOld(known.since, now)) return known;
    const fresh = { since: now, connection: 0, message: 0, recipient: 0, auth: 0 };
    this.#clients.set(address, fresh);
    return fresh;
  }

  #sweep(now: number): void {
    if (!this.#isOld(this.#swept, now)) return;
    this.#swept = now;
    for (const [address, { since }] of this.#clients) if (this.#isOld(since, now)) this.#clients.delete(address);
  }

  #isOld(since: number, now: number): boolean {
    return now >= since + this.#timeUnit;
  }
}
