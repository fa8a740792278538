// What nodemailer's results and errors mean for each recipient of a message.

import type { SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import type { Outcome } from '#shared/domain/delivery/outcome.ts';
import { oneLine, refusal, unavailable } from '#shared/domain/delivery/smtp-replies.ts';

/** The part of nodemailer's errors that is looked at. */
type SmtpError = Error & {
  readonly code?: string;
  /** A command's name; `API` where nothing was sent. */
  readonly command?: string;
  readonly response?: string;
  readonly rejectedErrors?: readonly SmtpError[];
  readonly recipient?: string;
};

/** The outcomes for a message that the host took for at least one of its recipients. */
export function outcomesOfSuccess(
  info: SMTPConnectionSendInfo,
  recipients: readonly string[],
  host: string,
): Outcome[] {
  const response = oneLine(info.response);
  return recipients.map((recipient) => {
    const error = info.rejectedErrors?.find((rejected) => rejected.recipient === recipient);
    // The same recipient may have been named twice and taken once.
    if (error === undefined || info.accepted.includes(recipient)) return { kind: 'delivered', response };
    return refusal(error.response ?? '', host, 'RCPT TO command');
  });
}

/** The outcomes for a message that was not taken. Throws on what was wrong on this side of the session: the body's stream. */
export function outcomesOfFailure(error: SmtpError, recipients: readonly string[], host: string): Outcome[] {
  if (error.code === 'ESTREAM') throw error;
  if (error.rejectedErrors !== undefined) {
    const { rejectedErrors } = error;
    return recipients.map((recipient) => {
      const rejected = rejectedErrors.find((each) => each.recipient === recipient);
      return refusal(rejected?.response ?? '', host, 'RCPT TO command');
    });
  }
  return recipients.map(() => outcomeOfRefusedMessage(error, host));
}

function outcomeOfRefusedMessage(error: SmtpError, host: string): Outcome {
  const isRefusal = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (!isRefusal) return unavailable(`conversation with ${host}: ${error.message}`);
  if (error.response !== undefined) return refusal(error.response, host, placeOf(error));
  if (error.command === 'API')
    return { kind: 'failed', status: '5.1.7', reason: `${error.message}: it cannot be sent over SMTP` };
  // RFC 1870 §6.1: the host has announced that it takes none of this size.
  return { kind: 'failed', status: '5.3.4', reason: `host ${host}: ${error.message} octets` };
}

function placeOf(error: SmtpError): string {
  if (error.code === 'EMESSAGE') return 'end of DATA command';
  return `${error.command ?? 'an unknown'} command`;
}
