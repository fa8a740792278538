// SMTP sessions that wait some seconds for another message, so that a burst of mail does not pay for TCP, TLS and AUTH each time.
// As Postfix's connection cache: the session used last goes out first, RSET proves it alive, and none is used without end.

import type { SmtpSession } from './smtp-session.ts';

/** Milliseconds: smtp_connection_cache_time_limit. */
const IDLE = 2000;
/** Some hosts answer 421 to a session that goes on and on. */
const MESSAGES_PER_SESSION = 100;

export class SessionCache {
  readonly #open: () => Promise<SmtpSession>;
  readonly #idle = new Map<SmtpSession, NodeJS.Timeout>();
  readonly #uses = new WeakMap<SmtpSession, number>();
  #isClosed = false;

  constructor(open: () => Promise<SmtpSession>) {
    this.#open = open;
  }

  /** A session that is ready for MAIL. */
  async take(): Promise<SmtpSession> {
    for (let session = this.#lastIdle(); session !== undefined; session = this.#lastIdle()) {
      try {
        await session.reset();
        return session;
      } catch {
        session.close();
      }
    }
    return this.#open();
  }

  /** Takes a session back after a message that went well. */
  give(session: SmtpSession): void {
    const uses = (this.#uses.get(session) ?? 0) + 1;
    this.#uses.set(session, uses);
    if (this.#isClosed || uses >= MESSAGES_PER_SESSION) {
      void session.quit();
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(session);
      void session.quit();
    }, IDLE);
    this.#idle.set(session, timer);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const sessions = [...this.#idle.keys()];
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all(sessions.map((session) => session.quit()));
  }

  #lastIdle(): SmtpSession | undefined {
    const [session, timer] = [...this.#idle].at(-1) ?? [];
    clearTimeout(timer);
    if (session !== undefined) this.#idle.delete(session);
    return session;
  }
}
