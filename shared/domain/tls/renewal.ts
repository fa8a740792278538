// When a certificate is renewed: as soon as two thirds of its life are over, whatever its life is (90 days, 45, 6). What is left
// then is time for whatever hinders the renewal.

const DAY = 24 * 60 * 60 * 1000;

/** All in milliseconds since the epoch. */
export function renewalDue(notBefore: number, notAfter: number, now: number): boolean {
  return now >= notBefore + ((notAfter - notBefore) * 2) / 3;
}

/** Whole days, 0 when it is over. */
export function daysLeft(notAfter: number, now: number): number {
  return Math.max(0, Math.floor((notAfter - now) / DAY));
}
