// The policy program's use case: looks up what the restrictions need to know, once for a burst, and asks the chain.
// It keeps nothing between requests. A fault of the directory passes through: whoever asked answers 451.

import { isInside } from '#shared/config/networks.ts';
import { judge, type RestrictionLists } from '#shared/domain/policy/chain.ts';
import { senderKeys } from '#shared/domain/policy/login-map.ts';
import type { Directory } from '#shared/ports/directory.ts';
import type { Policy } from '#shared/ports/policy.ts';

export type PolicySettings = RestrictionLists & {
  readonly mynetworks: readonly string[];
  readonly mydestination: readonly string[];
  readonly relay_domains: readonly string[];
};

export function createPolicy(context: {
  readonly directory: Pick<Directory, 'senderOwners'>;
  /** By service name. */
  readonly services: ReadonlyMap<string, PolicySettings>;
}): Policy {
  const services = new Map(
    [...context.services].map(([name, settings]) => [
      name,
      {
        lists: settings,
        isInside: isInside(settings.mynetworks),
        destinations: [...settings.mydestination, ...settings.relay_domains].map((domain) => domain.toLowerCase()),
      },
    ]),
  );
  return {
    async judge(request) {
      const service = services.get(request.service);
      if (service === undefined) throw new Error(`no service ${request.service}`);
      const keys = senderKeys(request.sender, request.login !== undefined);
      const senderOwners = keys.length === 0 ? undefined : await context.directory.senderOwners(keys);
      const insideNetwork = service.isInside(request.client.address);
      return judge(request, { insideNetwork, senderOwners, destinations: service.destinations }, service.lists);
    },
  };
}
