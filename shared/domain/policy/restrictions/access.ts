// permit, reject and hold: the answers of access(5) as words of a list.

import * as replies from '../../smtp/reply.ts';
import type { Restriction } from './restriction.ts';

export const permit: Restriction = () => 'permit';

export const hold: Restriction = () => 'hold';

/** Says what the list was about. */
export const reject: Restriction = ({ stage, request, recipient }) => {
  switch (stage) {
    case 'client':
      return replies.r554ClientRejected(request.client.name, request.client.address);
    case 'helo':
      return replies.r554HeloRejected(request.helo);
    case 'sender':
      return replies.r554SenderRejected(request.sender);
    case 'relay':
    case 'recipient':
      return replies.r554RecipientRejected(recipient);
  }
};
