import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { clientOptions } from '#shared/aws/client-options.ts';
import { SesQuota } from '#shared/aws/quota.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { startSes } from '../support/ses-stand-in.ts';

async function start(t: TestContext) {
  const ses = await startSes();
  const client = new SESv2Client(clientOptions(5000, ses.caller, 1));
  t.after(async () => {
    client.destroy();
    await ses.close();
  });
  return { ses, quota: new SesQuota({ client }) };
}

test('the quota is what SES says at that moment', async (t) => {
  const { ses, quota } = await start(t);
  assert.deepEqual(await quota.current(), { max24Hours: 200, sent24Hours: 0, maxRate: 1, sendingEnabled: true });
  ses.account.SendQuota = { Max24HourSend: 50_000, SentLast24Hours: 1234, MaxSendRate: 14 };
  ses.account.SendingEnabled = false;
  assert.deepEqual(await quota.current(), {
    max24Hours: 50_000,
    sent24Hours: 1234,
    maxRate: 14,
    sendingEnabled: false,
  });
});

test('no limit is infinite', async (t) => {
  const { ses, quota } = await start(t);
  ses.account.SendQuota.Max24HourSend = -1;
  assert.equal((await quota.current()).max24Hours, Infinity);
});

test('a throttled or lost call may pass, a refused one does not', async (t) => {
  const { ses, quota } = await start(t);
  ses.fail({ status: 429, type: 'TooManyRequestsException', message: 'Rate exceeded' }, 'hang up');
  await assert.rejects(quota.current(), TemporaryFault);
  await assert.rejects(quota.current(), TemporaryFault);
  ses.fail({ status: 403, type: 'AccessDeniedException', message: 'not authorized to perform ses:GetAccount' });
  await assert.rejects(quota.current(), (error: Error) => {
    assert.ok(error instanceof PermanentFault);
    assert.match(error.message, /the sending quota could not be read: .*ses:GetAccount/);
    return true;
  });
});
