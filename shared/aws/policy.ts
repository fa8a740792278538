// The policy program, asked in Lambda: the request goes as JSON and the verdicts come back so. All tries together end within
// POLICY_TIMEOUT, since a client waits. Whatever is not one well-formed verdict a recipient is a fault, never a permit.
// IAM: lambda:InvokeFunction.

import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { POLICY_TIMEOUT } from '#shared/config/timing.ts';
import type { Verdict } from '#shared/domain/policy/request.ts';
import type { Reply } from '#shared/domain/smtp/reply.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Policy } from '#shared/ports/policy.ts';
import { toFault } from './faults.ts';

export function createLambdaPolicy(context: {
  readonly client: LambdaClient;
  readonly functionName: string;
  /** Milliseconds in all. */
  readonly timeout?: number;
}): Policy {
  const { client, functionName, timeout = POLICY_TIMEOUT * 1000 } = context;

  /** The function's answer, not looked at yet. */
  async function invoke(request: object): Promise<string> {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), timeout);
    try {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
      const { FunctionError, Payload } = await client.send(command, { abortSignal: end.signal });
      const answer = Payload?.transformToString() ?? '';
      if (FunctionError !== undefined)
        throw new TemporaryFault(`the policy function failed (${FunctionError}): ${answer}`);
      return answer;
    } catch (error) {
      throw toFault(error, 'policy could not be asked');
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async judge(request) {
      const verdicts = parsed(await invoke(request));
      if (!Array.isArray(verdicts) || !verdicts.every(isVerdict) || verdicts.length !== request.recipients.length)
        throw new TemporaryFault('the policy function answered something else than a verdict for each recipient');
      return verdicts;
    },
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isVerdict(value: unknown): value is Verdict {
  const verdict = value as Verdict | null | undefined;
  if (verdict?.kind === 'permit') return typeof verdict.hold === 'boolean';
  return verdict?.kind === 'refuse' && isRefusal(verdict.reply);
}

/** A whole reply of one line, as it goes out to the client, that refuses. */
function isRefusal(value: unknown): value is Reply {
  const { code, enhanced, wire, close } = (value ?? {}) as Partial<Reply>;
  return (
    typeof wire === 'string' &&
    /^[45]\d\d [\x20-\x7e]*\r\n$/.test(wire) &&
    wire.startsWith(`${code} `) &&
    typeof enhanced === 'string' &&
    (close === undefined || close)
  );
}
