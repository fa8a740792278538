// A list of networks, as mynetworks is one, made into the question whether an address is inside.

import { BlockList, isIPv4, isIPv6 } from 'node:net';

export function isInside(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false;
  const inside = new BlockList();
  for (const network of networks) {
    const [base = '', prefix] = network.split('/');
    if (prefix === undefined) inside.addAddress(base, familyOf(base));
    else inside.addSubnet(base, Number(prefix), familyOf(base));
  }
  // XCLIENT may have said that the address is unknown.
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && inside.check(address, family);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  if (isIPv4(address)) return 'ipv4';
  return isIPv6(address) ? 'ipv6' : undefined;
}
