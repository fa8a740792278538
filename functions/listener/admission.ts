// The listener's caps: sessions in all, sessions of one client, and messages being received at once. What is over a cap is
// told to come back, and nothing that is under way is disturbed.

/**
 * The memory that one message may take while it is received: what waits for the spool, and a chunk on either side of it.
 * Octets.
 */
const MESSAGE_RESERVATION = 320 * 1024;

export type AdmissionSettings = {
  readonly smtpd_connection_limit: number;
  readonly smtpd_client_connection_count_limit: number;
  /** Octets. */
  readonly smtpd_memory_limit: number;
};

export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #clients = new Map<string, number>();
  #sessions = 0;
  #messages = 0;

  constructor(settings: AdmissionSettings) {
    this.#settings = settings;
  }

  /** Counts a session in, or says which cap is full. A session that was counted in must leave. */
  enter(address: string): 'ok' | 'full' | 'clientFull' {
    const ofClient = this.#clients.get(address) ?? 0;
    if (this.#sessions >= this.#settings.smtpd_connection_limit) return 'full';
    if (ofClient >= this.#settings.smtpd_client_connection_count_limit) return 'clientFull';
    this.#sessions += 1;
    this.#clients.set(address, ofClient + 1);
    return 'ok';
  }

  leave(address: string): void {
    this.#sessions -= 1;
    const left = (this.#clients.get(address) ?? 1) - 1;
    if (left === 0) this.#clients.delete(address);
    else this.#clients.set(address, left);
  }

  /** Whether another message may be received now. */
  get room(): boolean {
    return (this.#messages + 1) * MESSAGE_RESERVATION <= this.#settings.smtpd_memory_limit;
  }

  messageBegins(): void {
    this.#messages += 1;
  }

  messageEnds(): void {
    this.#messages -= 1;
  }
}
