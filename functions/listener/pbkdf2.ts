// PBKDF2 for many logins at once: off the main thread, in a bounded number, one computation for equal attempts.
// Node's thread pool (four threads) also reads and writes files, so strangers who guess passwords may have two of them, and
// a queue that stays a fraction of a second long. What comes on top fails at once with a TemporaryFault. Whoever comes from where
// the account was logged in to before stands in another queue, which goes first.

import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { SALTED_PASSWORD_OCTETS, SCRAM_HASH } from '#shared/domain/sasl/verifier.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';

/** SCRAM's SaltedPassword, as saltPassword computes it. */
export type Pbkdf2 = (password: string, salt: Buffer, iterations: number) => Promise<Buffer>;

export const MAX_RUNNING = 2;
export const MAX_WAITING = 200;

const pbkdf2Async = promisify(pbkdf2);

export const threadPoolPbkdf2: Pbkdf2 = (password, salt, iterations) =>
  pbkdf2Async(password, salt, iterations, SALTED_PASSWORD_OCTETS, SCRAM_HASH);

/** Calls that come with the same `id` while one of them is under way share its result. */
export function boundedPbkdf2(
  derive: Pbkdf2,
): (id: string, isKnown: boolean, ...input: Parameters<Pbkdf2>) => Promise<Buffer> {
  const underWay = new Map<string, Promise<Buffer>>();
  const known: (() => void)[] = [];
  const strangers: (() => void)[] = [];
  let running = 0;

  async function run(isKnown: boolean, ...input: Parameters<Pbkdf2>): Promise<Buffer> {
    const waiting = isKnown ? known : strangers;
    if (running < MAX_RUNNING) running++;
    else if (waiting.length < MAX_WAITING) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new TemporaryFault(`${MAX_WAITING} logins already wait for their passwords to be checked`);
    try {
      return await derive(...input);
    } finally {
      // The next in line takes this place over, so `running` stays as it is.
      const next = known.shift() ?? strangers.shift();
      if (next) next();
      else running--;
    }
  }

  return (id, isKnown, ...input) => {
    const shared = underWay.get(id);
    if (shared) return shared;
    const result = run(isKnown, ...input).finally(() => underWay.delete(id));
    underWay.set(id, result);
    return result;
  };
}
