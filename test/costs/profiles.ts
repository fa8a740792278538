// The deployments that the page tells the costs of.

import { synthesiseUnchecked } from '../support/infra/unchecked.ts';
import { type Inventory, inventoryOf } from './inventory.ts';

/** A zone of Route 53, whose month is paid for too. */
const ZONE = { zoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.jp', hostname: 'relay.example.jp' };

export type Profile = { readonly name: string; readonly inventory: Inventory };

export function profiles(): readonly Profile[] {
  const home = { profile: 'home', ...ZONE };
  return [
    { name: 'scale', inventory: inventoryOf(synthesiseUnchecked({ context: ZONE }), 'scale') },
    { name: 'home', inventory: inventoryOf(synthesiseUnchecked({ context: home }), 'home') },
    {
      name: 'home without a load balancer',
      inventory: inventoryOf(synthesiseUnchecked({ context: { ...home, loadBalancer: 'no' } }), 'home'),
    },
  ];
}
