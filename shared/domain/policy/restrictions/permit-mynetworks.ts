// permit_mynetworks: the client's address is in mynetworks.

import type { Restriction } from './restriction.ts';

export const permitMynetworks: Restriction = ({ facts }) => (facts.insideNetwork ? 'permit' : 'dunno');
