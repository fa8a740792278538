// A month in which nobody sends anything.

import { loadSettings } from '#shared/config/load-settings.ts';
import { QUEUE_TABLE } from '#shared/config/records.ts';
import type { Inventory } from './inventory.ts';
import { HOURS, type Item, MINUTES } from './prices.ts';

/** Lambda keeps so many polls under way for a queue, of so many seconds. */
const POLLERS = 5;
const POLL = 20;
const RECEIVES = ((HOURS * 3600) / POLL) * POLLERS;
/** Minutes between two reads of the certificate by a listener (functions/listener/tls.ts). */
const CERTIFICATE_READ = 5;
/** Bytes in a minute, 26 for each line included, which CloudWatch adds: what a listener and a qmgr write without mail. */
const LISTENER_LOG = 191;
const QMGR_LOG = 850;
/** Seconds that a run takes: sixteen queries, ten at a time, and a question to Amazon SES; a look at a secret. */
const DURATIONS: Readonly<Record<string, number>> = { qmgr: 0.3, certificate: 0.5 };
/** Read units of a run of qmgr: half a unit for each shard of what is due, and for the count. */
const QMGR_READS = QUEUE_TABLE.shards / 2 + 0.5;
/** GB of the image, with five former ones, and of tables that are as good as empty. */
const IMAGES = 0.5;
const TABLES = 0.1;

export function idleItems(stack: Inventory): readonly Item[] {
  const { credentials_refresh_time: refresh } = loadSettings(undefined, { hostname: 'relay.example.jp' }).settings;
  const starts = Object.entries(stack.starts);
  const month = (what: string, quantity: number, price: Item['price']): Item => ({ what, quantity, price });
  const million = (what: string, quantity: number, price: Item['price']): Item => month(what, quantity / 1e6, price);
  const items = [
    month('Load balancer', stack.loadBalancers * HOURS, 'loadBalancer'),
    month('Fargate: processors', stack.tasks * stack.vcpu * HOURS, 'processor'),
    month('Fargate: memory', stack.tasks * stack.memoryGb * HOURS, 'memory'),
    month('Public IPv4 addresses', stack.publicAddresses * HOURS, 'publicAddress'),
    month('Secrets', stack.secrets, 'secret'),
    million(
      'Reads of passwords',
      stack.tasks * stack.credentialSecrets * ((HOURS * 3_600_000) / refresh),
      'secretRead',
    ),
    million('Reads of the certificate', stack.tasks * (MINUTES / CERTIFICATE_READ), 'secretRead'),
    month('Metrics of alarms', stack.alarmMetrics, 'alarm'),
    month('Custom metrics', stack.customMetrics, 'metric'),
    month('Dashboards', stack.dashboards, 'dashboard'),
    million('Empty receives of the doorbell', stack.polledQueues * RECEIVES, 'queueRequest'),
    million('Starts by the scheduler', total(starts.map(([, times]) => times)), 'schedule'),
    million('Lambda: requests', total(starts.map(([, times]) => times)), 'invocation'),
    million(
      'Lambda: GB seconds',
      total(starts.map(([name, times]) => times * (DURATIONS[name] ?? 0) * (stack.programs[name] ?? 0))),
      'gigabyteSecond',
    ),
    million("qmgr's reads of the queue", (stack.starts['qmgr'] ?? 0) * QMGR_READS, 'readUnit'),
    million("qmgr's looks at the doorbell", stack.starts['qmgr'] ?? 0, 'queueRequest'),
    million("qmgr's sweeps of the spool", HOURS, 'put'),
    month('Logs', (MINUTES * (stack.tasks * LISTENER_LOG + QMGR_LOG)) / 1e9, 'logs'),
    month('Tables: storage', TABLES, 'tableStorage'),
    month('Tables: point-in-time recovery', TABLES, 'recovery'),
    month('Images', IMAGES, 'registry'),
    month('Route 53 zone', stack.zones, 'zone'),
  ];
  return items.filter(({ quantity }) => quantity > 0);
}

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
