// reject_sender_login_mismatch: an owned sender address is its owners' alone, and whoever has logged in sends as nobody
// but addresses that he owns. The null sender is nobody's, so that bounces pass.

import { r553NotLoggedIn, r553NotOwned } from '../../smtp/reply.ts';
import type { Restriction } from './restriction.ts';

export const rejectSenderLoginMismatch: Restriction = ({ request: { sender, login }, facts: { senderOwners } }) => {
  if (sender === '') return 'dunno';
  if (login === undefined) return senderOwners === undefined ? 'dunno' : r553NotLoggedIn(sender);
  return senderOwners?.includes(login) ? 'dunno' : r553NotOwned(sender, login);
};
