import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createSesTransport } from '#shared/aws/ses-transport.ts';
import type { Transport } from '#shared/ports/transport.ts';
import { bodyOf } from '../support/body.ts';
import { entryOf } from '../support/entry.ts';
import { eventually } from '../support/eventually.ts';
import { type SesStandIn, startSes } from '../support/ses-stand-in.ts';

async function start(t: TestContext, configurationSet = ''): Promise<{ ses: SesStandIn; transport: Transport }> {
  const ses = await startSes();
  const settings = { ses_region: 'ap-northeast-1', ses_configuration_set: configurationSet };
  const transport = createSesTransport(settings, ses.caller);
  t.after(async () => {
    await transport.close();
    await ses.close();
  });
  return { ses, transport };
}

const TRACE = 'Received: from home.example.jp by relay.example.jp; Thu, 1 Jan 2026 00:00:00 +0000\r\n';
const BODY = '\r\n.dot\r\nbody \xe9\0\xff\r\nDKIM-Signature: in the body\r\n';

test('a message goes out with its envelope beside it, its header cleaned and its body octet for octet', async (t) => {
  const { ses, transport } = await start(t, 'relay');
  const to = ['a@example.net', 'b@example.org'];
  const header = `${TRACE}DKIM-Signature: v=1;\r\n\tb=x\r\nFrom: other@example.com\r\nBcc: b@example.org\r\n`;
  const outcomes = await transport.deliver(entryOf({ to }), to, bodyOf(header + BODY, 7));

  const [message] = ses.messages;
  assert.ok(message);
  assert.deepEqual(outcomes, [
    { kind: 'delivered', response: `Ok ${message.id}` },
    { kind: 'delivered', response: `Ok ${message.id}` },
  ]);
  assert.equal(message.raw.toString('latin1'), `${TRACE}From: other@example.com\r\n${BODY}`);
  assert.deepEqual(message.to, to);
  assert.equal(message.feedback, 'aaa@example.jp');
  assert.equal(message.configurationSet, 'relay');
  assert.ok(!message.fields.includes('FromEmailAddress'));
});

test('the null sender asks for no feedback, and no configuration set is named if none is set', async (t) => {
  const { ses, transport } = await start(t);
  await transport.deliver(entryOf({ sender: '' }), ['a@example.net'], bodyOf(TRACE + BODY));
  assert.deepEqual(ses.messages[0]?.fields.toSorted(), ['Content', 'Destination', 'EmailTags']);
});

test('every call is tagged with the queue id of its entry', async (t) => {
  const { ses, transport } = await start(t);
  const to = ['a@example.net', 'caf\u00e9@example.net', 'b@example.net'];
  await transport.deliver(entryOf({ id: '4fKzR21xYQzB-2', to }), to, bodyOf(TRACE + BODY));
  assert.deepEqual(
    ses.messages.map(({ tags }) => tags),
    [{ 'queue-id': '4fKzR21xYQzB-2' }, { 'queue-id': '4fKzR21xYQzB-2' }],
  );
});

test('a message that SES would refuse for its header is not sent', async (t) => {
  const { ses, transport } = await start(t);
  const body = bodyOf(`${TRACE}Subject: a\r\nSubject: b\r\n${BODY}`);
  const outcomes = await transport.deliver(entryOf(), ['a@example.net', 'b@example.net'], body);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['failed', 'failed'],
  );
  assert.equal(ses.calls, 0);
});

test('a rate limit defers every recipient and is the transport’s trouble', async (t) => {
  const { ses, transport } = await start(t);
  const throttled = { status: 429, type: 'TooManyRequestsException', message: 'Maximum sending rate exceeded' };
  ses.fail(throttled, throttled);
  const outcomes = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(TRACE + BODY));
  assert.deepEqual(outcomes, [
    {
      kind: 'deferred',
      status: '4.4.5',
      reason: 'TooManyRequestsException: Maximum sending rate exceeded',
      scope: 'transport',
    },
  ]);
  assert.equal(ses.calls, 2);
});

test('a connection that breaks once is tried again in the same call', async (t) => {
  const { ses, transport } = await start(t);
  ses.fail('hang up');
  const [outcome] = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(TRACE + BODY));
  assert.equal(outcome?.kind, 'delivered');
  assert.equal(ses.messages.length, 1);
});

test('a connection that breaks twice defers', async (t) => {
  const { ses, transport } = await start(t);
  ses.fail('hang up', 'hang up');
  const [outcome] = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(TRACE + BODY));
  assert.ok(outcome?.kind === 'deferred');
  assert.equal(outcome.scope, 'transport');
});

test('a refused message fails for good, without a second try', async (t) => {
  const { ses, transport } = await start(t);
  ses.fail({ status: 400, type: 'MessageRejected', message: 'Email address is not verified.' });
  const [outcome] = await transport.deliver(entryOf(), ['a@example.net'], bodyOf(TRACE + BODY));
  assert.deepEqual(outcome, {
    kind: 'failed',
    status: '5.7.1',
    reason: 'MessageRejected: Email address is not verified.',
  });
  assert.equal(ses.calls, 1);
});

test('one bad recipient does not cost the others their mail', async (t) => {
  const { ses, transport } = await start(t);
  const to = ['a@example.net', 'caf\u00e9@example.net', 'b@example.net'];
  const outcomes = await transport.deliver(entryOf({ to }), to, bodyOf(TRACE + BODY));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['delivered', 'failed', 'delivered'],
  );
  assert.deepEqual(
    ses.messages.map((message) => message.to),
    [['a@example.net'], ['b@example.net']],
  );
});

test('when its time is over a call is broken off, no other is made, and what was delivered before is told', async (t) => {
  const { ses, transport } = await start(t);
  const to = ['a@example.net', 'b@example.net', 'c@example.net'];
  const timeIsOver = new AbortController();
  ses.fail({ status: 400, type: 'BadRequestException', message: 'Illegal address' }, 'pass', 'silence');
  const delivery = transport.deliver(entryOf({ to }), to, bodyOf(TRACE + BODY), timeIsOver.signal);
  await eventually('the second recipient waits', () => ses.calls === 3 || undefined);
  timeIsOver.abort(new Error('too late'));
  const late = { kind: 'deferred', status: '4.4.1', reason: 'Error: too late', scope: 'transport' };
  const outcomes = await delivery;
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['delivered', 'deferred', 'deferred'],
  );
  assert.deepEqual(outcomes.slice(1), [late, late]);
  assert.equal(ses.calls, 3);
});

test('a body that cannot be read is thrown on, and nothing is sent', async (t) => {
  const { ses, transport } = await start(t);
  const body = {
    size: 10,
    // oxlint-disable-next-line require-yield
    async *chunks(): AsyncGenerator<Buffer> {
      throw new Error('no disk');
    },
  };
  await assert.rejects(transport.deliver(entryOf(), ['a@example.net'], body), /no disk/);
  assert.equal(ses.calls, 0);
});

test('a large message passes, and many at once wait for memory in turn', async (t) => {
  const { ses, transport } = await start(t);
  const large = Buffer.concat([Buffer.from(`${TRACE}\r\n`), Buffer.alloc(20 * 1024 * 1024, 'x')]);
  const deliveries = [large, large, Buffer.from(TRACE + BODY, 'latin1')].map((content, i) =>
    transport.deliver(entryOf({ id: `ID${i}` }), ['a@example.net'], bodyOf(content)),
  );
  const outcomes = await Promise.all(deliveries);
  assert.ok(outcomes.flat().every(({ kind }) => kind === 'delivered'));
  assert.deepEqual(
    ses.messages.map(({ raw }) => raw.length).toSorted((a, b) => a - b),
    [TRACE.length + BODY.length, large.length, large.length],
  );
});
