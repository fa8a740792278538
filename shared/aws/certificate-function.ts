// The certificate program, called by the operator: it makes a new certificate at once, and says what came of it.
// The program runs up to CERTIFICATE_TIMEOUT, so a call waits as long, and is not repeated: an authority counts its orders.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CERTIFICATE_TIMEOUT } from '#shared/config/timing.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { clientOptions } from './client-options.ts';
import { toFault } from './faults.ts';

/** Milliseconds, with some for the call itself. */
const REQUEST_TIMEOUT = (CERTIFICATE_TIMEOUT + 30) * 1000;
const ATTEMPTS = 1;

/** As the program returns it. */
export type Renewal = {
  readonly renewed: boolean;
  /** Of the certificate that is kept now. */
  readonly daysLeft: number;
  /** Why there is no new one. */
  readonly problem?: string;
};

/** Faults: also a TemporaryFault if the program broke down. */
export async function forceRenewal(functionName: string): Promise<Renewal> {
  const client = new LambdaClient(clientOptions(REQUEST_TIMEOUT, {}, ATTEMPTS));
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ force: true }) }),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
    if (FunctionError === undefined) return answer as Renewal;
    // Lambda's `{errorType, errorMessage, stackTrace}`.
    throw new TemporaryFault(
      `the certificate program broke down: ${(answer as { errorMessage?: string }).errorMessage}`,
    );
  } catch (error) {
    throw toFault(error, 'the certificate program could not be run');
  } finally {
    client.destroy();
  }
}
