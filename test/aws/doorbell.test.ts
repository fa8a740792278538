import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '#shared/aws/client-options.ts';
import { parseRing, SqsDoorbell } from '#shared/aws/doorbell.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { startS3AndSqs } from '../support/aws/s3-and-sqs.ts';

const SEND = /SendMessageBatch$/;

async function start(t: TestContext) {
  const sqs = await startS3AndSqs();
  const client = new SQSClient(clientOptions(5000, sqs.caller));
  t.after(async () => {
    client.destroy();
    await sqs.close();
  });
  const url = await sqs.createQueue('doorbell');
  return { sqs, url, client, doorbell: new SqsDoorbell({ client, url }) };
}

const idsUpTo = (count: number) => Array.from({ length: count }, (_, i) => `4Zx${i}`);

suite('the doorbell in SQS', () => {
  for (const [count, rings, calls] of [
    [1, 1, 1],
    [10, 1, 1],
    [11, 2, 1],
    [100, 10, 1],
    [101, 11, 2],
  ] as const) {
    test(`${count} ids are ${rings} rings of at most ten in ${calls} calls, and each id is heard once`, async (t) => {
      const { sqs, url, doorbell } = await start(t);
      const ids = idsUpTo(count);
      await doorbell.ring(ids);
      assert.equal(sqs.requests.filter(({ what }) => SEND.test(what)).length, calls);
      assert.equal(await doorbell.waiting(), rings);
      const heard = (await sqs.receive(url)).map(parseRing);
      assert.equal(heard.length, rings);
      assert.ok(heard.every((ring) => ring.length <= 10));
      assert.deepEqual(heard.flat().toSorted(), ids.toSorted());
    });
  }

  test('to ring for nothing calls nobody', async (t) => {
    const { sqs, doorbell } = await start(t);
    const before = sqs.requests.length;
    await doorbell.ring([]);
    assert.equal(sqs.requests.length, before);
    assert.equal(await doorbell.waiting(), 0);
  });

  test('a ring that SQS fails to take twice is taken at the third try', async (t) => {
    const { sqs, url, doorbell } = await start(t);
    sqs.fail(SEND, { status: 500, type: 'InternalFailure' }, 'hang up');
    await doorbell.ring(['4Zx1']);
    assert.deepEqual((await sqs.receive(url)).map(parseRing), [['4Zx1']]);
  });

  test('SQS down is a temporary fault', async (t) => {
    const { sqs, doorbell } = await start(t);
    await sqs.close();
    await assert.rejects(doorbell.ring(['4Zx1']), TemporaryFault);
    await assert.rejects(doorbell.waiting(), TemporaryFault);
  });

  test('a queue that is missing or refused is a permanent fault', async (t) => {
    const { sqs, url, client, doorbell } = await start(t);
    const missing = new SqsDoorbell({ client, url: url.replace('doorbell', 'missing') });
    await assert.rejects(missing.ring(['4Zx1']), PermanentFault);
    await assert.rejects(missing.waiting(), PermanentFault);
    sqs.fail(SEND, { status: 403, type: 'AccessDeniedException' });
    await assert.rejects(doorbell.ring(['4Zx1']), PermanentFault);
  });

  test('one ring of a batch that SQS does not take is a temporary fault, though the others were rung', async (t) => {
    const { sqs, url, client } = await start(t);
    // SQS takes no more than the queue's size of a message.
    const narrow = await sqs.createQueue('narrow', { MaximumMessageSize: '1024' });
    const doorbell = new SqsDoorbell({ client, url: narrow });
    const ids = [...idsUpTo(10), 'x'.repeat(2000)];
    await assert.rejects(doorbell.ring(ids), TemporaryFault);
    assert.deepEqual((await sqs.receive(narrow)).map(parseRing), [idsUpTo(10)]);
    assert.deepEqual(await sqs.receive(url), []);
  });
});

test('what is no ring names nothing', () => {
  assert.deepEqual(parseRing('["4Zx1","4Zx2-1"]'), ['4Zx1', '4Zx2-1']);
  for (const garbage of ['', '[', 'null', '{}', '"4Zx1"', '1', '[1, null, ["4Zx1"]]'])
    assert.deepEqual(parseRing(garbage), [], garbage);
});
