// Queue ids: what a client is told and an operator greps for. They sort by time, and need no agreement between processes.

/** Digits and consonants in one case: no words, nothing to mistake. */
const ALPHABET = '0123456789BCDFGHJKLMNPQRSTVWXYZ';
const TIME_DIGITS = 9;
export const QUEUE_ID_RANDOM_OCTETS = 6;

/** `now`: ms since the epoch. `random`: at least 6 octets. */
export function queueId(now: number, random: Buffer): string {
  let time = '';
  for (let rest = now; time.length < TIME_DIGITS; rest = Math.floor(rest / ALPHABET.length)) {
    time = ALPHABET.charAt(rest % ALPHABET.length) + time;
  }
  let tail = '';
  for (const octet of random.subarray(0, QUEUE_ID_RANDOM_OCTETS)) tail += ALPHABET.charAt(octet % ALPHABET.length);
  return time + tail;
}
