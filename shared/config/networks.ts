// A list of networks, as mynetworks is one, made into the question whether an address is inside.

import { BlockList, isIP, isIPv6 } from 'node:net';

export function isInside(networks: readonly string[]): (address: string) => boolean {
  const inside = new BlockList();
  for (const network of networks) {
    const [base = '', prefix] = network.split('/');
    if (prefix === undefined) inside.addAddress(base, familyOf(base));
    else inside.addSubnet(base, Number(prefix), familyOf(base));
  }
  // XCLIENT may have said that the address is unknown.
  return (address) => isIP(address) !== 0 && inside.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
