import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientOptions } from '#shared/aws/client-options.ts';
import { createLambdaPolicy } from '#shared/aws/policy.ts';
import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import { r554RelayDenied } from '#shared/domain/smtp/reply.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Policy } from '#shared/ports/policy.ts';
import { type LambdaFunction, type LambdaStandIn, startLambda } from '../support/aws/lambda.ts';

const REQUEST: PolicyRequest = {
  service: 'submission',
  client: { address: '192.0.2.1', name: 'unknown' },
  helo: 'home.example.jp',
  login: 'aaa@mail.example.jp',
  sender: 'aaa@example.jp',
  recipients: ['a@example.net', 'b@example.net'],
};
const PERMIT = { kind: 'permit', hold: false };
const REFUSAL = { kind: 'refuse', reply: r554RelayDenied('b@example.net') };
const THROTTLED = { status: 429, type: 'TooManyRequestsException' };

type Started = { readonly lambda: LambdaStandIn; readonly policy: Policy; readonly missing: Policy };

async function start(t: TestContext, called: LambdaFunction, timeout = 5000): Promise<Started> {
  const lambda = await startLambda({ policy: called });
  const client = new LambdaClient(clientOptions(5000, lambda.caller));
  t.after(async () => {
    client.destroy();
    await lambda.close();
  });
  const policy = createLambdaPolicy({ client, functionName: 'policy', timeout });
  return { lambda, policy, missing: createLambdaPolicy({ client, functionName: 'missing', timeout }) };
}

suite('policy asked in Lambda', () => {
  test('gets the request as it is and gives the verdicts as they are', async (t) => {
    const heard: unknown[] = [];
    const { policy } = await start(t, (event) => {
      heard.push(event);
      return [PERMIT, REFUSAL];
    });
    assert.deepEqual(await policy.judge(REQUEST), [PERMIT, REFUSAL]);
    assert.deepEqual(heard, [REQUEST]);
  });

  test('a function that fails is a temporary fault, and is not asked again', async (t) => {
    const { lambda, policy } = await start(t, () => {
      throw new Error('the directory does not answer');
    });
    await assert.rejects(policy.judge(REQUEST), (fault: Error) => {
      assert.ok(fault instanceof TemporaryFault);
      assert.match(fault.message, /Unhandled.*the directory does not answer/);
      return true;
    });
    assert.equal(lambda.calls, 1);
  });

  for (const fault of [THROTTLED, { status: 500, type: 'ServiceException' }, 'hang up'] as const) {
    test(`${typeof fault === 'string' ? fault : fault.type} once is tried again`, async (t) => {
      const { lambda, policy } = await start(t, () => [PERMIT, PERMIT]);
      lambda.fail(fault);
      assert.deepEqual(await policy.judge(REQUEST), [PERMIT, PERMIT]);
      assert.equal(lambda.calls, 2);
    });
  }

  test('throttled again and again is a temporary fault', async (t) => {
    const { lambda, policy } = await start(t, () => [PERMIT, PERMIT]);
    lambda.fail(THROTTLED, THROTTLED, THROTTLED);
    await assert.rejects(policy.judge(REQUEST), TemporaryFault);
  });

  test('no answer ends in a temporary fault when the time for all tries is over', async (t) => {
    const { lambda, policy } = await start(t, () => [PERMIT, PERMIT], 300);
    const inTime = async () => {
      const begin = performance.now();
      await assert.rejects(policy.judge(REQUEST), TemporaryFault);
      const took = performance.now() - begin;
      assert.ok(took > 250 && took < 2000, `${took} ms`);
    };
    lambda.fail('silence');
    await inTime();
    assert.equal(lambda.calls, 1);
  });

  test('the pause between two tries is cut off too', async (t) => {
    const { lambda, policy } = await start(t, () => [PERMIT, PERMIT], 50);
    const begin = performance.now();
    for (let i = 0; i < 5; i += 1) {
      lambda.fail(THROTTLED, THROTTLED, THROTTLED);
      await assert.rejects(policy.judge(REQUEST), TemporaryFault);
    }
    // Each pause alone would be half a second as a rule.
    assert.ok(performance.now() - begin < 1500);
  });

  test('Lambda down is a temporary fault; a function that is missing or refused is a permanent one', async (t) => {
    const { lambda, policy, missing } = await start(t, () => [PERMIT, PERMIT]);
    await assert.rejects(missing.judge(REQUEST), PermanentFault);
    lambda.fail({ status: 403, type: 'AccessDeniedException' });
    await assert.rejects(policy.judge(REQUEST), PermanentFault);
    await lambda.close();
    await assert.rejects(policy.judge(REQUEST), TemporaryFault);
  });

  for (const [what, answer] of [
    ['nothing', null],
    ['no list', { 0: PERMIT, 1: PERMIT, length: 2 }],
    ['a verdict too few', [PERMIT]],
    ['a verdict too many', [PERMIT, PERMIT, PERMIT]],
    ['a hole', [PERMIT, null]],
    ['a permit that does not say whether to hold', [PERMIT, { kind: 'permit' }]],
    ['another kind of verdict', [PERMIT, { kind: 'defer' }]],
    ['a refusal without a reply', [PERMIT, { kind: 'refuse' }]],
    ['a refusal that is none', [PERMIT, { kind: 'refuse', reply: { code: 250, enhanced: '', wire: '250 Ok\r\n' } }]],
    ['a refusal of another code than its words', [PERMIT, { kind: 'refuse', reply: { ...REFUSAL.reply, code: 250 } }]],
    ['two lines', [PERMIT, { kind: 'refuse', reply: { ...REFUSAL.reply, wire: '554 No\r\n250 Ok\r\n' } }]],
    ['no end of the line', [PERMIT, { kind: 'refuse', reply: { ...REFUSAL.reply, wire: '554 No' } }]],
  ] as const) {
    test(`an answer of ${what} is a temporary fault`, async (t) => {
      const { policy } = await start(t, () => answer);
      await assert.rejects(policy.judge(REQUEST), TemporaryFault);
    });
  }

  test('a refusal that closes the connection is passed on as one', async (t) => {
    const closing: Verdict = { kind: 'refuse', reply: { ...r554RelayDenied('a@example.net'), close: true } };
    const { policy } = await start(t, () => [closing, PERMIT]);
    assert.deepEqual(await policy.judge(REQUEST), [closing, PERMIT]);
  });
});

test('a burst of questions waits for no connection, however slow the answers are', async (t) => {
  // More than the SDK has connections by itself. None is answered before all have come, as where many functions start at once.
  const burst = 60;
  let asked = 0;
  const all = Promise.withResolvers<void>();
  const { lambda, policy } = await start(t, async () => {
    asked += 1;
    if (asked === burst) all.resolve();
    await all.promise;
    return [PERMIT, PERMIT];
  });
  await Promise.all(Array.from({ length: burst }, () => policy.judge(REQUEST)));
  assert.equal(lambda.calls, burst);
});
