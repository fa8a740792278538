// reject_unauth_destination: only recipients in the relay's own domains pass (RFC 2505 §2.1). A domain's subdomains belong to it
// (parent_domain_matches_subdomains). An address that hides a second destination in its local part (user%other@ours,
// other!user@ours, "user@other"@ours) is not in the relay's own domains (allow_untrusted_routing = no). Before RCPT it says nothing.

import { r554RelayDenied } from '../../smtp/reply.ts';
import type { Restriction } from './restriction.ts';

export const rejectUnauthDestination: Restriction = ({ recipient, facts }) =>
  recipient === '' || isOwnDestination(recipient, facts.destinations) ? 'dunno' : r554RelayDenied(recipient);

function isOwnDestination(recipient: string, destinations: readonly string[]): boolean {
  const at = recipient.lastIndexOf('@');
  if (at === -1 || /[@%!]/.test(recipient.slice(0, at))) return false;
  const domain = recipient.slice(at + 1).toLowerCase();
  return destinations.some((own) => domain === own || domain.endsWith(`.${own}`));
}
