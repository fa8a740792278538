// permit_sasl_authenticated: the client has logged in.

import type { Restriction } from './restriction.ts';

export const permitSaslAuthenticated: Restriction = ({ request }) => (request.login === undefined ? 'dunno' : 'permit');
