// The certificate program, called by the operator: it makes a new certificate at once, and says in a sentence what came of it.
// The program runs up to CERTIFICATE_TIMEOUT, so a call waits as long, and is not repeated: an authority counts its orders.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CERTIFICATE_TIMEOUT } from '#shared/config/timing.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { type Caller, clientOptions } from './client-options.ts';
import { toFault } from './faults.ts';

/** Milliseconds, with some for the call itself. */
const REQUEST_TIMEOUT = (CERTIFICATE_TIMEOUT + 30) * 1000;
const ATTEMPTS = 1;

/** Faults: TemporaryFault with the program's own words if it could not make one. */
export async function forceRenewal(functionName: string, caller: Caller = {}): Promise<string> {
  const client = new LambdaClient(clientOptions(REQUEST_TIMEOUT, caller, ATTEMPTS));
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ force: true }) }),
    );
    const answer = Buffer.from(Payload ?? []).toString('utf8');
    if (FunctionError !== undefined) throw new TemporaryFault(`no certificate was made: ${errorMessageIn(answer)}`);
    return outcomeIn(answer);
  } catch (error) {
    throw toFault(error, 'the certificate program could not be run');
  } finally {
    client.destroy();
  }
}

/** What the program returns; an empty answer says nothing. */
function outcomeIn(answer: string): string {
  const outcome: unknown = answer === '' ? undefined : JSON.parse(answer);
  return typeof outcome === 'string' ? outcome : answer;
}

/** Lambda's `{errorType, errorMessage, stackTrace}`. */
function errorMessageIn(answer: string): string {
  const { errorMessage } = JSON.parse(answer) as { readonly errorMessage?: string };
  return errorMessage ?? answer;
}
