// What a million messages of 20 KB and 1.2 recipients add to an idle month, each in a session of its own: one call of policy, one
// entry, one delivery. Amazon SES itself stands apart.

import type { Inventory } from './inventory.ts';
import type { Item } from './prices.ts';

const MESSAGES = 1e6;
export const RECIPIENTS = 1.2;

/** Units of an entry that is enqueued, claimed and done: three of the item, two of its place in the index. */
export const WRITE_UNITS = 5;
/** Listener and policy read the directory again when it is five seconds old: at 23 messages a minute, two times in three messages. */
const READ_UNITS = 0.7;
/** A ring is sent, received and deleted. */
const QUEUE_REQUESTS = 3;
/** Seconds. Policy: its account is in memory, or one query. Deliver: two calls to DynamoDB, two to S3, one to Amazon SES. */
const POLICY_DURATION = 0.01;
const DELIVER_DURATION = 0.15;
/** Bytes that the relay logs: login, queued, delivery and the metrics' line, each with CloudWatch's 26. */
export const LOGGED = 1100;
/** Bytes of a session with STARTTLS, as measured, in which TLS is resumed, as Debian's Postfix does. */
const BYTES_IN = 22_500;
export const BYTES_OUT = 3000;

export function itemsPerMillion(stack: Inventory): readonly Item[] {
  const { policy = 0, deliver = 0 } = stack.programs;
  const gigabytes = ((BYTES_IN + BYTES_OUT) * MESSAGES) / 1e9;
  // Of two zones, half of the connections end in the other one.
  const elsewhere = stack.isCrossZone ? 1 - 1 / Math.max(stack.balancedZones, 1) : 0;
  const items: readonly Item[] = [
    { what: 'Spool: a PUT; a DELETE costs nothing', quantity: 1, price: 'put' },
    { what: 'Spool: a GET', quantity: 1, price: 'get' },
    { what: 'Queue: write units', quantity: WRITE_UNITS, price: 'writeUnit' },
    { what: 'Directory: read units', quantity: READ_UNITS, price: 'readUnit' },
    { what: 'Doorbell: requests', quantity: QUEUE_REQUESTS, price: 'queueRequest' },
    { what: 'Lambda: requests to policy and deliver', quantity: 2, price: 'invocation' },
    { what: 'Lambda: GB seconds of policy', quantity: policy * POLICY_DURATION, price: 'gigabyteSecond' },
    { what: 'Lambda: GB seconds of deliver', quantity: deliver * DELIVER_DURATION, price: 'gigabyteSecond' },
    { what: 'Logs', quantity: (LOGGED * MESSAGES) / 1e9, price: 'logs' },
    // A unit is a GB in an hour; connections are far fewer than what a unit holds.
    { what: 'Load balancer: capacity units', quantity: stack.loadBalancers * gigabytes, price: 'loadBalancerUnit' },
    { what: 'Between zones, both sides', quantity: 2 * elsewhere * gigabytes, price: 'betweenZones' },
    { what: 'Data out to clients', quantity: (BYTES_OUT * MESSAGES) / 1e9, price: 'dataOut' },
  ];
  return items.filter(({ quantity }) => quantity > 0);
}

export const SES: Item = {
  what: 'Amazon SES, à la carte',
  quantity: (MESSAGES * RECIPIENTS) / 1000,
  price: 'recipient',
};
