import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { Route53Client } from '@aws-sdk/client-route-53';
import { clientOptions } from '#shared/aws/client-options.ts';
import { Route53Zone } from '#shared/aws/zone.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { type Route53Options, startRoute53 } from '../support/aws/route53.ts';

const NAME = '_acme-challenge.smtp.example.jp';
const RRSET = /rrset/;

async function start(t: TestContext, options: Route53Options = {}) {
  const route53 = await startRoute53(options);
  const client = new Route53Client(clientOptions(5000, route53.caller));
  t.after(async () => {
    client.destroy();
    await route53.close();
  });
  const pauses: number[] = [];
  const pause = async (time: number) => void pauses.push(time);
  return { route53, pauses, client, zone: new Route53Zone({ client, zoneId: 'Z0TEST', pause }) };
}

suite('the zone in Route 53', () => {
  test('takes records, with other values in their place when they are put again', async (t) => {
    const { route53, zone } = await start(t);
    await zone.put('smtp.example.jp', 'A', ['192.0.2.1', '192.0.2.2'], 60);
    await zone.put('smtp.example.jp', 'A', ['192.0.2.3'], 30);
    await zone.put(NAME, 'TXT', ['one', 'two'], 60);
    assert.deepEqual(
      [...route53.records.values()],
      [
        { name: 'smtp.example.jp', type: 'A', ttl: 30, values: ['192.0.2.3'] },
        { name: NAME, type: 'TXT', ttl: 60, values: ['"one"', '"two"'] },
      ],
    );
  });

  test('gives text back as it was, whatever is in it', async (t) => {
    const { route53, zone } = await start(t);
    const texts = ['', 'v=spf1 include:amazonses.com -all', 'a "quoted" \\ text', 'x'.repeat(600)];
    await zone.put(NAME, 'TXT', texts, 60);
    assert.deepEqual(route53.txt(NAME), texts);
  });

  test('answers when the name servers have the change, and asks until then', async (t) => {
    const { route53, zone, pauses } = await start(t, { pending: 5 });
    await zone.put(NAME, 'TXT', ['one'], 60);
    assert.equal(route53.questions, 6);
    assert.equal(pauses.length, 6);
    assert.ok(pauses.every((time) => time >= 1000));
  });

  test('gives a change up that never comes to the name servers', async (t) => {
    const { zone, pauses } = await start(t, { pending: Infinity });
    await assert.rejects(zone.put(NAME, 'TXT', ['one'], 60), TemporaryFault);
    const waited = pauses.reduce((sum, time) => sum + time, 0);
    assert.ok(waited >= 120_000 && waited <= 300_000, `${waited} ms`);
  });

  test('removes a record that has just these values, and no other', async (t) => {
    const { route53, zone } = await start(t);
    await zone.put(NAME, 'TXT', ['one'], 60);
    await zone.remove(NAME, 'TXT', ['two'], 60);
    assert.deepEqual(route53.txt(NAME), ['one']);
    await zone.remove(NAME, 'TXT', ['one'], 60);
    assert.equal(route53.records.size, 0);
    await zone.remove(NAME, 'TXT', ['one'], 60);
  });

  test('tells of each change before it answers', async (t) => {
    const heard: string[] = [];
    const { zone } = await start(t, { onChange: (action, { name }) => void heard.push(`${action} ${name}`) });
    await zone.put(NAME, 'TXT', ['one'], 60);
    await zone.remove(NAME, 'TXT', ['one'], 60);
    assert.deepEqual(heard, [`UPSERT ${NAME}`, `DELETE ${NAME}`]);
  });

  test('tries a throttled call again', async (t) => {
    const { route53, zone } = await start(t);
    route53.fail(RRSET, { status: 400, type: 'Throttling' });
    await zone.put(NAME, 'TXT', ['one'], 60);
    assert.deepEqual(route53.txt(NAME), ['one']);
  });

  test('is a temporary fault when Route 53 is down, or fails while it is asked about a change', async (t) => {
    const { route53, zone } = await start(t);
    const trouble = { status: 500, type: 'InternalError' };
    route53.fail(/change\/C/, trouble, trouble, trouble);
    await assert.rejects(zone.put(NAME, 'TXT', ['one'], 60), TemporaryFault);
    await route53.close();
    await assert.rejects(zone.remove(NAME, 'TXT', ['one'], 60), TemporaryFault);
  });

  test('is a permanent fault when Route 53 refuses: the caller, the zone, or the change', async (t) => {
    const { route53, client, zone } = await start(t);
    route53.fail(RRSET, { status: 403, type: 'AccessDenied' }, { status: 400, type: 'InvalidChangeBatch' });
    await assert.rejects(zone.put(NAME, 'TXT', ['one'], 60), PermanentFault);
    await assert.rejects(zone.remove(NAME, 'TXT', ['one'], 60), PermanentFault);
    await assert.rejects(new Route53Zone({ client, zoneId: 'Z9' }).put(NAME, 'A', ['192.0.2.1'], 60), PermanentFault);
  });
});
