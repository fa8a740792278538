// What Amazon SES's errors mean for the recipients of one call. Unknown is temporary.
//
// What concerns the account, its settings or the network holds the whole transport off and passes when somebody, or time,
// mends it; what concerns this message or its sender does not keep other mail back. Status codes: RFC 3463.

import type { Outcome } from './outcome.ts';

export type SesError = {
  /** The exception's name, as `TooManyRequestsException`. */
  readonly name: string;
  readonly message: string;
  /** The HTTP status; undefined if no answer came. */
  readonly httpStatus?: number | undefined;
};

export function sesOutcome(error: SesError): Outcome {
  const reason = `${error.name}: ${error.message}`;
  const held = (status: string): Outcome => ({ kind: 'deferred', status, reason, scope: 'transport' });
  const deferred = (status: string): Outcome => ({ kind: 'deferred', status, reason, scope: 'recipient' });
  const failed = (status: string): Outcome => ({ kind: 'failed', status, reason });

  switch (error.name) {
    // The sending rate, or the quota of the last 24 hours.
    case 'TooManyRequestsException':
    case 'ThrottlingException':
    case 'Throttling':
    case 'LimitExceededException':
      return held('4.4.5');
    case 'SendingPausedException':
    case 'AccountSuspendedException':
      return held('4.3.2');
    // The configuration set does not exist, or this program may not send: a fault of the deployment.
    case 'NotFoundException':
    case 'AccessDeniedException':
    case 'CredentialsProviderError':
      return held('4.3.5');
    // One domain's custom MAIL FROM has lost its MX.
    case 'MailFromDomainNotVerifiedException':
      return deferred('4.3.5');
    case 'MessageRejected':
      return failed(/not verified/i.test(error.message) ? '5.7.1' : '5.6.0');
    case 'BadRequestException':
      return failed(badRequestStatus(error.message));
  }
  if (error.httpStatus === 403) return held('4.3.5');
  if (error.httpStatus === undefined) return held('4.4.1');
  return error.httpStatus >= 500 || error.httpStatus === 408 || error.httpStatus === 429
    ? held('4.3.0')
    : deferred('4.3.0');
}

function badRequestStatus(message: string): string {
  if (/duplicate header/i.test(message)) return '5.6.0';
  if (/message length|too (?:large|long)/i.test(message)) return '5.3.4';
  return /\b(?:address|domain|recipient|local name)\b/i.test(message) ? '5.1.3' : '5.6.0';
}
