// What a next hop's SMTP replies mean for a recipient, in the words of Postfix's smtp(8).
// RFC 5321 §4.2.1: 4yz is worth another attempt, 5yz is not. Anything else at that place is the server's confusion: temporary.

import type { Outcome } from './outcome.ts';

/** A refusal of the sender, a recipient or the message. `command` is what was answered, as `RCPT TO command`. */
export function refusal(reply: string, host: string, command: string): Outcome {
  const said = oneLine(reply);
  const reason = `host ${host} said: ${said} (in reply to ${command})`;
  if (said.startsWith('5')) return { kind: 'failed', status: enhancedStatus(said, '5'), reason };
  // RFC 5321 §3.8: 421 closes the channel, whatever it answers.
  return {
    kind: 'deferred',
    status: enhancedStatus(said, '4'),
    reason,
    scope: said.startsWith('421') ? 'transport' : 'recipient',
  };
}

/** No session: the host cannot be reached, breaks off, or takes no mail from us at all. */
export function unavailable(reason: string): Outcome {
  return { kind: 'deferred', status: '4.4.1', reason: oneLine(reason), scope: 'transport' };
}

export function oneLine(reply: string): string {
  return reply.trim().replace(/\s*[\r\n]+\s*/g, ' ');
}

function enhancedStatus(reply: string, kind: '4' | '5'): string {
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1];
  return status?.startsWith(kind) === true ? status : `${kind}.0.0`;
}
