// How long a client may take over what it has to send, however it trickles: Postfix's smtpd_per_request_deadline, always on. It
// owns one timer a connection; what arrives moves only a number, and the timer looks at it when it rings.

export class Deadline {
  readonly #limit: number;
  readonly #passed: () => void;
  #at = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `limit`: milliseconds. */
  constructor(limit: number, passed: () => void) {
    this.#limit = limit;
    this.#passed = passed;
    this.restart();
  }

  /** The client has the whole time again. */
  restart(): void {
    this.#at = performance.now() + this.#limit;
    if (this.#timer === undefined) this.#wait(this.#limit);
  }

  /** What came gives it so many ms more; never more than the whole time. */
  extend(time: number): void {
    this.#at = Math.min(this.#at + time, performance.now() + this.#limit);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#at - performance.now();
      if (left >= 1) return this.#wait(left);
      this.#timer = undefined;
      this.#passed();
    }, time);
  }
}
