// The certificate program, called by the operator: it makes a new certificate at once, and says in a sentence
// what came of it.
// The program runs up to CERTIFICATE_TIMEOUT, so a call waits as long, and is not repeated: an authority counts its orders.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CERTIFICATE_TIMEOUT } from '#shared/config/timing.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { clientOptions } from './client-options.ts';
import { toFault } from './faults.ts';

/** Milliseconds, with some for the call itself. */
const REQUEST_TIMEOUT = (CERTIFICATE_TIMEOUT + 30) * 1000;
const ATTEMPTS = 1;

/** Faults: TemporaryFault with the reason if no certificate was made. */
export async function forceRenewal(functionName: string): Promise<string> {
  const client = new LambdaClient(clientOptions(REQUEST_TIMEOUT, {}, ATTEMPTS));
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ force: true }) }),
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
    if (FunctionError === undefined) return String(answer);
    // Lambda's `{errorType, errorMessage, stackTrace}`.
    const { errorMessage } = answer as { readonly errorMessage?: string };
    throw new TemporaryFault(`no new certificate was made: ${errorMessage}`);
  } catch (error) {
    throw toFault(error, 'the certificate program could not be run');
  } finally {
    client.destroy();
  }
}
