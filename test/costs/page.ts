// docs/costs.md as a text: each sum with what it is made of.

import { idleItems } from './idle.ts';
import type { Inventory } from './inventory.ts';
import { BYTES_OUT, itemsPerMillion, LOGGED, RECIPIENTS, SES, WRITE_UNITS } from './per-million.ts';
import { cost, type Item, PRICES, REGIONS, type Region, sum } from './prices.ts';
import type { Profile } from './profiles.ts';

const regions = Object.entries(REGIONS) as [Region, string][];

export function costsPage(all: readonly Profile[]): string {
  return [
    introduction(all),
    summary(all),
    sheet('A month without mail', all, idleItems),
    sheet('A million messages more', all, itemsPerMillion),
    assumptions(),
    prices(),
  ].join('\n');
}

function introduction(all: readonly Profile[]): string {
  const watched = all.map(({ name, inventory: { alarms, customMetrics } }) => `${name} ${alarms} and ${customMetrics}`);
  return `# What it costs

<!-- Made by test/costs from the synthesised templates: do not edit. -->

In USD without tax and without any free tier, for a month of 730 hours. What can be counted is counted in the templates that
\`cdk synth\` makes, so this page changes with the stack. Alarms, and metrics of its own, that a relay has: ${watched.join('; ')}.
`;
}

function summary(all: readonly Profile[]): string {
  const rows = all.map(({ name, inventory }) => [
    name,
    ...regions.map(([region]) => usd(sum(idleItems(inventory), region))),
    ...regions.map(([region]) => usd(sum(itemsPerMillion(inventory), region))),
  ]);
  const heads = ['A month, idle', 'A million messages'].flatMap((what) =>
    regions.map(([, name]) => `${what}: ${name}`),
  );
  return `${table(['Profile', ...heads], rows)}
A message has 20 KB and ${RECIPIENTS} recipients. Amazon SES is not in these sums: it asks ${usd(cost(SES, 'us-east-1'))} for a million such messages.
`;
}

/** One row an item, with the quantity of each profile and its price in each region. */
function sheet(title: string, all: readonly Profile[], itemsOf: (inventory: Inventory) => readonly Item[]): string {
  const parts = all.map(({ name, inventory }) => {
    const items = itemsOf(inventory);
    const rows = items.map((item) => [
      item.what,
      quantity(item.quantity),
      PRICES[item.price].unit,
      ...regions.map(([region]) => usd(cost(item, region))),
    ]);
    const total = ['**Sum**', '', '', ...regions.map(([region]) => `**${usd(sum(items, region))}**`)];
    return `### ${title}: ${name}\n\n${table(['What', 'Quantity', 'Unit', ...regions.map(([, place]) => place)], [...rows, total])}`;
  });
  return `## ${title}\n\n${parts.join('\n')}`;
}

const assumptions = (): string => `## What is assumed

- An entry is enqueued, claimed and done with ${WRITE_UNITS} write units, as a test counts; a message is one entry and one ring. Deferred messages cost
  a claim, a write and a ring more for each attempt.
- Policy runs for 10 ms, deliver for 150 ms: two calls to S3, two to DynamoDB and one to Amazon SES, in the same region.
- A message leaves ${LOGGED} bytes in the logs: its login, its acceptance, its delivery and a line of metrics, measured at the programs'
  output, with the 26 bytes that CloudWatch adds to a line. \`log_level: debug\` leaves several times as much.
- Each message comes in a session of its own with STARTTLS: 22.5 KB in and ${BYTES_OUT / 1000} KB out, as measured, where TLS is resumed as by Debian's
  Postfix; a handshake in full takes 2 KB more out.
- A custom metric is counted for the whole month. AWS asks for the hours in which it was seen, so those of mail cost an idle relay less.
- Tasks of \`scale\` are the fewest. A task takes far more than a million messages a month.
- Amazon SES is à la carte. What it asks for attachments and for dedicated addresses is the mail's, not the relay's.
`;

function prices(): string {
  const rows = Object.values(PRICES).map((price) => [
    `${price.unit}${'unsure' in price ? ' \\*' : ''}`,
    ...regions.map(([region]) => String(price.usd[region])),
  ]);
  return `## Prices

From AWS's price lists, November 2026. \\* seen for one region alone, or outside of AWS's own lists.

${table(['Unit', ...regions.map(([, name]) => name)], rows)}`;
}

const usd = (amount: number): string => amount.toFixed(2);

function quantity(amount: number): string {
  return String(Number(amount.toPrecision(3)));
}

/** As prettier aligns it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? title).length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('');
}
