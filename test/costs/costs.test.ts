import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { idleItems } from './idle.ts';
import type { Inventory } from './inventory.ts';
import { costsPage } from './page.ts';
import { itemsPerMillion } from './per-million.ts';
import { REGIONS, type Region, sum } from './prices.ts';
import { profiles } from './profiles.ts';

const all = profiles();
const regions = Object.keys(REGIONS) as Region[];

function inventoryOf(name: string): Inventory {
  const found = all.find((profile) => profile.name === name);
  assert.ok(found, name);
  return found.inventory;
}

const idle = (inventory: Inventory): number => sum(idleItems(inventory), 'ap-northeast-1');

test('docs/costs.md is what the templates come to; if not, run node test/costs/main.ts > docs/costs.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/costs.md'), 'utf8');
  assert.equal(page, `${costsPage(all).trimEnd()}\n`);
});

suite('bounds', () => {
  test('an idle home relay without a load balancer costs at most 18 USD a month in Tokyo', () => {
    assert.ok(idle(inventoryOf('home without a load balancer')) <= 18);
  });

  test('with one at most 40', () => {
    assert.ok(idle(inventoryOf('home')) <= 40);
  });

  for (const { name, inventory } of all) {
    test(`${name}: a million messages cost at most 13 USD beside Amazon SES, in either region`, () => {
      for (const region of regions) assert.ok(sum(itemsPerMillion(inventory), region) <= 13, region);
    });
  }
});

suite('what a template has is paid for', () => {
  const home = inventoryOf('home');

  test('what is counted is there', () => {
    const { programs, starts, ...counts } = inventoryOf('scale');
    const nothing = Object.entries(counts).filter(([, count]) => Number(count) === 0);
    assert.deepEqual(nothing, []);
    assert.deepEqual(Object.keys(programs).toSorted(), ['certificate', 'deliver', 'policy', 'qmgr']);
    assert.deepEqual(starts, { certificate: 730, qmgr: 43_800 });
  });

  const more: [string, Partial<Inventory>, number][] = [
    ['a metric of an alarm', { alarmMetrics: home.alarmMetrics + 1 }, 0.1],
    ['a custom metric', { customMetrics: home.customMetrics + 1 }, 0.3],
    ['a dashboard', { dashboards: 1 }, 3],
    ['a secret', { secrets: home.secrets + 1 }, 0.4],
    ['a second load balancer', { loadBalancers: 2 }, 17.739],
    ['a second queue that Lambda polls', { polledQueues: 2 }, 0.2628],
  ];
  for (const [what, change, usd] of more) {
    test(`${what}: ${usd} USD a month`, () => {
      assert.ok(Math.abs(idle({ ...home, ...change }) - idle(home) - usd) < 0.001);
    });
  }
});
